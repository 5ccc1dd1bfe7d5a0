package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// clock is a time that moves only when told.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time          { return c.now }
func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }

func newClock() *clock { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func newTenant(t *testing.T, o Options) *Tenant {
	t.Helper()
	tenant, err := New(o, "http://localhost:9400")
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

func serve(t *testing.T, tenant *Tenant, r *http.Request) (int, http.Header, any) {
	t.Helper()
	w := httptest.NewRecorder()
	tenant.ServeHTTP(w, r)
	var body any
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatalf("%s %s answers %q: %v", r.Method, r.URL, w.Body, err)
		}
	}
	return w.Code, w.Header(), body
}

// message is the text of an error's body.
func message(body any) string {
	o, _ := body.(object)
	return text(o, "message")
}

func field(body any, name string) any {
	o, _ := body.(object)
	return o[name]
}

// create makes an object and returns its id.
func create(t *testing.T, tenant *Tenant, path, body string) string {
	t.Helper()
	status, _, answer := request(t, tenant, http.MethodPost, path, body)
	if status != http.StatusCreated {
		t.Fatalf("POST %s %s: %d %v", path, body, status, answer)
	}
	o, _ := answer.(object)
	return text(o, "id")
}
