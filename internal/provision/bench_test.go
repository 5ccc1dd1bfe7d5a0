package provision_test

import (
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

const latency = 50 * time.Millisecond

// secure is a sandbox over TLS and HTTP/2, as Auth0 is, so that one connection carries requests side by side.
func secure(tb testing.TB, o sandbox.Options) (*sandbox.Server, *x509.CertPool) {
	tb.Helper()
	server, err := sandbox.Start(tb.Context(), o, sandbox.Listen{TLS: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = server.Close() })
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(server.CAPEM) {
		tb.Fatal("the sandbox gave no certificate authority")
	}
	return server, roots
}

func many(connections int) []byte {
	list := make([]string, connections)
	for i := range list {
		list[i] = fmt.Sprintf(`{"id":"con_%016d","name":"conn-%d","strategy":"oidc"}`, i, i)
	}
	return []byte(`{"connections":[` + strings.Join(list, ",") + `]}`)
}

// inMemory is a folder that no disk is behind, where the system has one.
func inMemory(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "mcpauth-") //nolint:usetesting // its folders are on the disk
	if err != nil {
		b.Log("records are on the disk, since there is no folder in memory: ", err)
		return b.TempDir()
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func onDisk(b *testing.B) string {
	b.Helper()
	return b.TempDir()
}

// rounds notes when requests begin and when their answers are there.
type rounds struct {
	next http.RoundTripper

	mu    sync.Mutex
	spans []span
}

type span struct{ begin, end time.Time }

func (r *rounds) RoundTrip(req *http.Request) (*http.Response, error) {
	s := span{begin: time.Now()}
	resp, err := r.next.RoundTrip(req)
	s.end = time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.spans = append(r.spans, s)
	return resp, err
}

// count is how many round trips a run took: the most requests of which each waited for the one before.
func (r *rounds) count() int {
	n, last := 0, time.Time{}
	for _, s := range slices.SortedFunc(slices.Values(r.spans), func(a, b span) int { return a.end.Compare(b.end) }) {
		if s.begin.After(last) {
			n, last = n+1, s.end
		}
	}
	return n
}

// BenchmarkSetup reports what a run costs: requests, round trips, and its time as a multiple of the tenant's latency
// (x-latency), on a fresh tenant and on a ready one, and on one with 5,000 connections. A run that writes waits for its record to be on the
// disk before each stage: first-in-memory shows what that costs on this machine.
func BenchmarkSetup(b *testing.B) {
	for _, c := range []struct {
		name string
		runs int
		seed []byte
		dir  func(*testing.B) string // of the records
	}{
		{"first", 1, nil, onDisk},
		{"first-in-memory", 1, nil, inMemory},
		{"second", 2, nil, onDisk},
		{"first-of-5000-connections", 1, many(5000), onDisk},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took time.Duration
			var requests, retries, trips int
			for range b.N {
				b.StopTimer()
				server, roots := secure(b, sandbox.Options{Latency: latency, Seed: c.seed})
				for run := range c.runs {
					base := &rounds{next: tenant.NewBase(roots)}
					client := connect(b, server, base)
					records := journal.Open(journal.Place{Dir: filepath.Join(c.dir(b), "mcpauth")}, nil)
					if err := records.Ready(); err != nil { // as the commands do before they ask
						b.Fatal(err)
					}
					last := run == c.runs-1
					if last {
						b.StartTimer()
					}
					start := time.Now()
					if _, err := setupIn(b.Context(), records, client, wanted(client)); err != nil {
						b.Fatal(err)
					}
					if last {
						b.StopTimer()
						took += time.Since(start)
						counts := client.Requests()
						requests += counts.Reads + counts.Writes
						retries += counts.Retries
						trips += base.count()
					}
				}
				_ = server.Close()
			}
			b.ReportMetric(float64(requests)/float64(b.N), "requests/op")
			b.ReportMetric(float64(trips)/float64(b.N), "round-trips/op")
			b.ReportMetric(float64(retries)/float64(b.N), "retries/op")
			b.ReportMetric(float64(took)/float64(b.N)/float64(latency), "x-latency/op")
		})
	}
}

// BenchmarkFreeTenant reports a first run on a tenant that takes 2 requests a second, as a multiple of what that limit
// dictates: 8 Management API requests, of which 2 go at once and the others every half second.
func BenchmarkFreeTenant(b *testing.B) {
	const dictated = (8 - 2) * time.Second / 2
	var took time.Duration
	var retries int
	for range b.N {
		b.StopTimer()
		server, roots := secure(b, sandbox.Options{Latency: latency, RateLimit: "free"})
		client := connect(b, server, tenant.NewBase(roots))
		b.StartTimer()
		start := time.Now()
		if _, err := setup(b.Context(), b, client, wanted(client)); err != nil {
			b.Fatal(err)
		}
		took += time.Since(start)
		retries += client.Requests().Retries
	}
	b.ReportMetric(float64(retries)/float64(b.N), "retries/op")
	b.ReportMetric(float64(took)/float64(b.N)/float64(dictated), "x-dictated/op")
}

// One connection carries a whole run over HTTP/2.
func TestOneConnectionOverHTTP2(t *testing.T) {
	server, roots := secure(t, sandbox.Options{})
	client := connect(t, server, tenant.NewBase(roots))
	if _, err := setup(t.Context(), t, client, wanted(client)); err != nil {
		t.Fatal(err)
	}
	if n := server.Connections(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

// A Free tenant is never asked faster than it answers.
func TestAFreeTenantRefusesNothing(t *testing.T) {
	server := start(t, sandbox.Options{RateLimit: "free"})
	client := connect(t, server, tenant.NewBase(nil))
	if _, err := setup(t.Context(), t, client, wanted(client)); err != nil {
		t.Fatal(err)
	}
	for _, r := range server.Tenant.Requests() {
		if r.Status == 429 {
			t.Errorf("%s %s was refused", r.Method, r.Path)
		}
	}
	if client.Requests().Retries != 0 {
		t.Errorf("%d retries", client.Requests().Retries)
	}
}
