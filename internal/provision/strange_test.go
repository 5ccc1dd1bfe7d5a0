package provision_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// strange answers one kind of request with success and a content of its own, after the tenant has acted.
type strange struct {
	next                  http.RoundTripper
	method, path, content string
}

func (s strange) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(req)
	if err == nil && req.Method == s.method && strings.HasPrefix(req.URL.Path, "/api/v2"+s.path) {
		_ = resp.Body.Close()
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(s.content)), int64(len(s.content))
	}
	return resp, err
}

var strangeContents = []string{`null`, `{}`, `[]`, `"x"`, `{"status":"ok"}`, `[null]`}

// Whatever a tenant is said to answer, it is not taken for "nothing is there": a setup says which request was answered so, and
// writes nothing on the strength of it.
func TestSetupBelievesNoStrangeAnswer(t *testing.T) {
	for _, request := range []string{
		"GET /resource-servers", "GET /client-grants", "GET /connections", "GET /tenants/settings",
		"POST /resource-servers", "POST /client-grants", "PATCH /connections/", "PATCH /tenants/settings",
	} {
		for _, content := range strangeContents {
			server := start(t, sandbox.Options{Seed: []byte(`{"tenant_settings":{"default_audience":"https://other.example"}}`)})
			method, path, _ := strings.Cut(request, " ")
			client := connect(t, server, strange{tenant.NewBase(nil), method, path, content})
			_, err := setup(t.Context(), t, client, wanted(client))
			if method == http.MethodPost { // a look tells that it was done
				if err != nil {
					t.Errorf("%s answered %s: %v", request, content, err)
				}
				continue
			}
			var failure *tenant.RequestError
			if !errors.As(err, &failure) || failure.Method != method || !strings.HasPrefix(failure.Path, "/api/v2"+path) || failure.Object == "" {
				t.Errorf("%s answered %s: %v", request, content, err)
			}
			if sent := writes(server); method == http.MethodGet && len(sent) > 0 {
				t.Errorf("%s answered %s: %v", request, content, sent)
			}
		}
	}
}

// An undo takes nothing for gone, or for being as it was, on the strength of an answer that says nothing.
func TestUndoBelievesNoStrangeAnswer(t *testing.T) {
	for _, path := range []string{"/resource-servers", "/client-grants", "/connections/", "/tenants/settings"} {
		for _, content := range strangeContents {
			server, records := start(t, sandbox.Options{}), store(t)
			client := connect(t, server, tenant.NewBase(nil))
			if _, err := setupIn(t.Context(), records, client, wanted(client)); err != nil {
				t.Fatal(err)
			}
			before := state(server)
			_, err := undo(t.Context(), records, connect(t, server, strange{tenant.NewBase(nil), http.MethodGet, path, content}), "")
			var failure *tenant.RequestError
			if !errors.As(err, &failure) || state(server) != before {
				t.Errorf("GET %s answered %s: %v", path, content, err)
			}
			if list := runs(t, records); len(list) != 1 || !list[0].Undoable() {
				t.Errorf("GET %s answered %s: the records are %+v", path, content, list)
			}
		}
	}
}
