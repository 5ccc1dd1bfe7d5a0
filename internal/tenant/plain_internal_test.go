package tenant

import (
	"errors"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
)

// Why no answer came is told in words, whoever noticed it: here the client that reads and the one that signs in.
func TestWhyNoAnswerCame(t *testing.T) {
	hangUp := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		_ = conn.Close()
	}
	const closed = "the connection was closed before an answer came"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		scheme string
		want   string
		asked  int32
	}{
		"hangs up":    {hangUp, "http://", closed, maxAttempts},
		"breaks off":  {reset, "http://", closed, maxAttempts},
		"half":        {torn, "http://", "the answer broke off", maxAttempts},
		"without TLS": {status200, "", "HOST does not speak TLS", 0},
	} {
		url, asked := scripted(t, c.answer)
		host := strings.TrimPrefix(url, "http://")
		domain, err := spec.ParseDomain(c.scheme + host)
		if err != nil {
			t.Fatal(err)
		}
		for _, credentials := range []Credentials{{clientID: "id", clientSecret: "secret"}, {token: "opaque"}} {
			asked.Store(0)
			var why []string
			transport := quick(5 * time.Second)
			transport.notify = func(w Wait) { why = append(why, w.Reason) }
			_, err = New(Config{Domain: domain, Credentials: credentials, Transport: transport}).Observe(t.Context(), plan.Query{Settings: true})
			want := strings.ReplaceAll(c.want, "HOST", host)
			if err == nil || strings.Contains(err.Error(), `"http`) || !strings.HasSuffix(err.Error(), " failed: "+want) || asked.Load() != c.asked {
				t.Errorf("%s: asked %d times, then %v", name, asked.Load(), err)
			}
			for _, reason := range why {
				if reason != want {
					t.Errorf("%s: it tries again for %q", name, reason)
				}
			}
		}
	}
}

// How long the tenant asks to wait is known to whoever has to, where it is longer than the transport waits.
func TestHowLongTheTenantAsksToWait(t *testing.T) {
	for name, value := range map[string]string{"Retry-After": "3600", "X-RateLimit-Reset": strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)} {
		url, asked := scripted(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(name, value)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		domain, err := spec.ParseDomain(url)
		if err != nil {
			t.Fatal(err)
		}
		for _, credentials := range []Credentials{{clientID: "id", clientSecret: "secret"}, {token: "opaque"}} {
			asked.Store(0)
			_, err := New(Config{Domain: domain, Credentials: credentials, Transport: quick(5 * time.Second)}).Observe(t.Context(), plan.Query{Settings: true})
			var failure *RequestError
			if !errors.As(err, &failure) || (failure.Asked-time.Hour).Abs() > time.Minute || asked.Load() != 1 {
				t.Errorf("%s: asked %d times, then %v", name, asked.Load(), err)
			}
		}
	}
}

// What the network said is left as it is, without the names of sockets and calls.
func TestPlainly(t *testing.T) {
	at := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443}
	call := func(op string, errno syscall.Errno) error {
		return &net.OpError{Op: op, Net: "tcp", Source: &net.TCPAddr{IP: net.IPv4zero, Port: 40156}, Addr: at, Err: os.NewSyscallError("connect", errno)}
	}
	for want, err := range map[string]error{
		"nothing listens at 192.0.2.1:443":                               call("dial", syscall.ECONNREFUSED),
		"no connection to 192.0.2.1:443: " + syscall.ENETUNREACH.Error(): call("dial", syscall.ENETUNREACH),
		"the connection failed: " + syscall.EHOSTUNREACH.Error():         call("read", syscall.EHOSTUNREACH),
		"no host has the name a.invalid":                                 &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "a.invalid", Server: "192.0.2.53:53", IsNotFound: true}},
		"looking up a.example failed: server misbehaving":                &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "server misbehaving", Name: "a.example", Server: "192.0.2.53:53"}},
		"something else": errors.New("something else"),
	} {
		if got := plainly(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
