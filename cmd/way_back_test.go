package cmd_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// A run that fails half-way tells how to take back what it did, and one that did nothing has nothing to take back.
func TestAFailedRunTellsTheWayBack(t *testing.T) {
	for path, tells := range map[string]bool{"/api/v2/tenants/settings": true, "/api/v2/resource-servers": false} {
		t.Run(path, func(t *testing.T) {
			w := newWorld(t)
			base := tenant.NewBase(nil)
			defer base.CloseIdleConnections()
			r := w.runOver(roundTrip(func(req *http.Request) (*http.Response, error) {
				if req.Method != http.MethodGet && req.URL.Path == path {
					return answer(403, "application/json", `{"statusCode":403,"error":"Forbidden","message":"No"}`, false)(base, req)
				}
				return base.RoundTrip(req)
			}), w.setupArgs()...)
			_, command, told := strings.Cut(r.err, "To take it back:\n  ")
			if r.code == 0 || told != tells {
				t.Fatalf("exit %d, the way back is told: %v\n%s", r.code, told, r.err)
			}
			if !told {
				return
			}
			command, _, _ = strings.Cut(command, "\n")
			undone := w.run(t, nil, append(strings.Fields(command)[1:], "--yes")...)
			if undone.code != 0 || strings.Contains(string(w.server.Tenant.State()), w.gateway.URL) {
				t.Errorf("exit %d\n%s", undone.code, undone.err)
			}
		})
	}
}
