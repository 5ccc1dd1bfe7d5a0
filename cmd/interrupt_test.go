package cmd_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// An interrupt while the tenant is looked at ends a verification as one before does: with its own exit code, whatever was
// seen, without the client that was registered, and without a word on what was cut off.
func TestAnInterruptWhileTheTenantIsLookedAt(t *testing.T) {
	for name, c := range map[string]struct {
		at   string // the request that is on its way
		args func(w *world) []string
	}{
		"while the client is deleted": {"DELETE /api/v2/clients/", func(w *world) []string { return []string{"verify", w.gateway.URL, "--follow"} }},
		"while the tenant is read":    {"GET /api/v2/tenants/settings", func(w *world) []string { return []string{"verify", w.gateway.URL, "--follow"} }},
		"as the last is read":         {"GET /api/v2/clients", func(w *world) []string { return []string{"verify", w.gateway.URL, "--follow"} }},
		"after a setup":               {"GET /api/v2/rules", func(w *world) []string { return append(w.setupArgs(), "--verify") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if r := w.run(t, nil, w.setupArgs()...); r.code != 0 {
				t.Fatal(r.err)
			}
			want := w.state()
			base := tenant.NewBase(nil)
			defer base.CloseIdleConnections()
			var interrupt context.CancelFunc
			env, out, errs := w.env(roundTrip(func(req *http.Request) (*http.Response, error) {
				if strings.HasPrefix(req.Method+" "+req.URL.Path, c.at) {
					interrupt()
				}
				return base.RoundTrip(req)
			}))
			env.Interrupted = func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, interrupt = context.WithCancel(ctx)
				return ctx, interrupt
			}
			code := cmd.Main(env, append(c.args(w), "--json"))
			var doc view.Document
			if err := json.Unmarshal(out.Bytes(), &doc); err != nil {
				t.Fatal(err)
			}
			if code != 130 || doc.Error == nil || doc.Error.Code != "interrupted" || len(doc.Checks) == 0 {
				t.Errorf("it ends with %d and %d checks: %+v\n%s", code, len(doc.Checks), doc.Error, errs)
			}
			if last := doc.Checks[len(doc.Checks)-1]; last.Status != string(verify.Skip) || last.Got != "interrupted" {
				t.Errorf("the last check is %+v", last)
			}
			if strings.Contains(out.String(), "context canceled") {
				t.Errorf("it tells of the machinery\n%s", out)
			}
			if w.state() != want {
				t.Errorf("the tenant is not as it was\n%s", diffLines(want, w.state()))
			}
		})
	}
}
