package provision_test

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// strange answers one kind of request with a content of its own, and with success where it has no other status, after the
// tenant has acted.
type strange struct {
	next                  http.RoundTripper
	method, path, content string
	status                int
}

func (s strange) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(req)
	if err == nil && req.Method == s.method && strings.HasPrefix(req.URL.Path, "/api/v2"+s.path) {
		_ = resp.Body.Close()
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(s.content)), int64(len(s.content))
		resp.StatusCode = cmp.Or(s.status, resp.StatusCode)
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
			client := connect(t, server, strange{next: tenant.NewBase(nil), method: method, path: path, content: content})
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
			_, err := undo(t.Context(), records, connect(t, server, strange{next: tenant.NewBase(nil), method: http.MethodGet, path: path, content: content}), "")
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

// What Auth0 itself calls absent, or deleted, is so; what something else says of an address is none of it.
func TestUndoTakesNothingForGoneOnTheWordOfOthers(t *testing.T) {
	const gone = `{"statusCode":404,"error":"Not Found","message":"It does not exist","errorCode":"inexistent_connection"}`
	for _, c := range []struct {
		answer strange
		undone bool
	}{
		{strange{method: http.MethodGet, path: "/connections/", status: 404, content: "<html>404 page not found</html>"}, false},
		{strange{method: http.MethodGet, path: "/connections/", status: 404, content: `{"message":"no Route matched with those values"}`}, false},
		{strange{method: http.MethodGet, path: "/connections/", status: 404}, false},
		{strange{method: http.MethodGet, path: "/connections/", status: 404, content: gone}, true},
		{strange{method: http.MethodDelete, path: "/client-grants/", status: 404, content: "<html>404 page not found</html>"}, false},
		{strange{method: http.MethodDelete, path: "/client-grants/", status: 200, content: "{}"}, false},
		{strange{method: http.MethodDelete, path: "/client-grants/", status: 404, content: gone}, true},
	} {
		name := fmt.Sprintf("%s %s answered %d %s", c.answer.method, c.answer.path, c.answer.status, c.answer.content)
		server, records := start(t, sandbox.Options{}), store(t)
		client := connect(t, server, tenant.NewBase(nil))
		if _, err := setupIn(t.Context(), records, client, wanted(client)); err != nil {
			t.Fatal(err)
		}
		c.answer.next = tenant.NewBase(nil)
		_, err := undo(t.Context(), records, connect(t, server, c.answer), "")
		var failure *tenant.RequestError
		if (err == nil) != c.undone || (!c.undone && (!errors.As(err, &failure) || !failure.Foreign)) {
			t.Errorf("%s: %v", name, err)
		}
		if list := runs(t, records); list[len(list)-1].Undoable() == c.undone {
			t.Errorf("%s: the record is %+v", name, list[len(list)-1])
		}
	}
}
