package tenant

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// interrupted sends a request, interrupts it once the server has it, and then lets the server answer.
func interrupted(t *testing.T, method string, answer func(w http.ResponseWriter, r *http.Request)) (resp *http.Response, asked int32, err error) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	url, count := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		interrupt()
		answer(w, r)
	})
	req, _ := http.NewRequestWithContext(ctx, method, url+apiPath+"/x", strings.NewReader("{}"))
	resp, err = quick(time.Minute).RoundTrip(req)
	return resp, count.Load(), err
}

// A write under way at an interrupt is waited for, so that it is known what became of it; but not for long, and a read
// not at all, and neither is sent again.
func TestAWriteUnderWayIsWaitedForShortly(t *testing.T) {
	never := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for _, c := range []struct {
		name, method string
		answer       http.HandlerFunc
		ok           bool
	}{
		{"an answered POST", http.MethodPost, status200, true},
		{"an answered PATCH", http.MethodPatch, status200, true},
		{"a PATCH that fails", http.MethodPatch, code(http.StatusServiceUnavailable), false},
		{"a PATCH without an answer", http.MethodPatch, never, false},
		{"a GET without an answer", http.MethodGet, never, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp, asked, err := interrupted(t, c.method, c.answer)
			if ok := err == nil && resp.StatusCode == http.StatusOK; ok != c.ok || asked != 1 {
				t.Errorf("it was asked %d times and ends with %v", asked, err)
			}
			if !c.ok && !errors.Is(err, context.Canceled) {
				t.Errorf("it ends with %v", err)
			}
		})
	}
}

func TestNothingIsSentAfterAnInterrupt(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var begun atomic.Int32
	release := make(chan struct{})
	url, asked := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
		begun.Add(1)
		<-release
		status200(w, nil)
	})
	transport := quick(time.Minute)
	transport.pace.start = 10
	errs := make(chan error, 3)
	for range 3 { // the third waits for one of the two connections
		go func() {
			req, _ := http.NewRequestWithContext(ctx, http.MethodPost, url+apiPath+"/x", nil)
			_, err := transport.RoundTrip(req)
			errs <- err
		}()
	}
	for deadline := time.Now().Add(20 * time.Second); begun.Load() < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the first two were not sent")
		}
	}
	interrupt()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Errorf("the one that waits ends with %v", err)
	}
	close(release)
	for range 2 {
		if err := <-errs; err != nil {
			t.Errorf("one that was under way ends with %v", err)
		}
	}
	req, _ := http.NewRequestWithContext(ctx, http.MethodPatch, url+apiPath+"/x", nil)
	if _, err := transport.RoundTrip(req); !errors.Is(err, context.Canceled) || asked.Load() != 2 {
		t.Errorf("a later one ends with %v; %d were sent", err, asked.Load())
	}
}

// What the answer of a write says is not thrown away because the user has interrupted meanwhile.
func TestAnAnswerAfterAnInterruptIsTaken(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	url, _ := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
		interrupt()
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"con_1","name":"staff","strategy":"oidc","is_domain_connection":true}`)
	})
	domain, err := spec.ParseDomain(url)
	if err != nil {
		t.Fatal(err)
	}
	client := New(Config{Domain: domain, Credentials: Credentials{token: "opaque"}, Transport: quick(time.Minute)})
	change := plan.Level(plan.Object{ID: "con_1", Values: plan.Values{"name": "staff"}}, true)
	if _, effect, err := client.Apply(ctx, change); effect != Done || err != nil {
		t.Errorf("the effect is %v, %v", effect, err)
	}
}
