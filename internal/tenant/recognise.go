package tenant

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

// The SDK takes any JSON for what it asked for: where a list is missing it finds none, and null crashes it. So an answer has
// to be recognised before it is believed: taken for "nothing is there", it would make mcpauth write what it must not.

// element is what tells an object of the Management API.
type element struct {
	ID         string `json:"id"`
	Identifier string `json:"identifier"` // of an API
	Audience   string `json:"audience"`   // of a client grant
	Name       string `json:"name"`       // of a connection
	ClientID   string `json:"client_id"`  // of an application
}

// page holds the lists of the Management API, each nil where the answer has none.
type page struct {
	APIs        []*element `json:"resource_servers"`
	Grants      []*element `json:"client_grants"`
	Connections []*element `json:"connections"`
	Clients     []*element `json:"clients"`
	Rules       []*element `json:"rules"`
}

// families are the collections that mcpauth reads and writes, by the first part of their paths.
var families = map[string]struct {
	list func(page) []*element
	has  func(element) bool
}{
	"resource-servers": {func(p page) []*element { return p.APIs }, func(e element) bool { return e.ID != "" && e.Identifier != "" }},
	"client-grants":    {func(p page) []*element { return p.Grants }, func(e element) bool { return e.ID != "" && e.Audience != "" }},
	"connections":      {func(p page) []*element { return p.Connections }, func(e element) bool { return e.ID != "" && e.Name != "" }},
	"clients":          {func(p page) []*element { return p.Clients }, func(e element) bool { return e.ClientID != "" }},
	"rules":            {func(p page) []*element { return p.Rules }, func(element) bool { return true }},
}

// settingNames are of settings that answers about a tenant have: every one that was recorded has most of them.
var settingNames = []string{"flags", "resource_parameter_profile", "session_lifetime", "sandbox_version", "enabled_locales", "default_audience", "friendly_name"}

// recognise refuses a success whose content isn't what the request is answered with: for a deletion that is none at all.
func recognise(req *http.Request, resp *http.Response) (*http.Response, error) {
	if req.Method == http.MethodDelete && resp.StatusCode == http.StatusNoContent {
		return resp, nil
	}
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(content))
	if req.Method == http.MethodDelete || !isAnswer(req, content) {
		return nil, &answerError{status: resp.StatusCode, what: "the answer is not one of Auth0's to this request: " + cmp.Or(trace.Body("", content), "nothing")}
	}
	return resp, nil
}

func isAnswer(req *http.Request, content []byte) bool {
	collection, asked, single := strings.Cut(strings.TrimPrefix(req.URL.Path, apiPath+"/"), "/")
	if collection == "tenants" {
		return isSettings(content)
	}
	family, known := families[collection]
	if !known {
		return true
	}
	if single || req.Method == http.MethodPost {
		var e element
		return json.Unmarshal(content, &e) == nil && family.has(e) && (!single || isAsked(e, asked))
	}
	var p page
	if json.Unmarshal(content, &p) != nil {
		return false
	}
	list := family.list(p)
	return list != nil && !slices.ContainsFunc(list, func(e *element) bool { return e == nil || !family.has(*e) })
}

func isAsked(e element, asked string) bool {
	return slices.Contains([]string{e.ID, e.Identifier, e.ClientID}, asked)
}

func isSettings(content []byte) bool {
	var settings map[string]json.RawMessage
	return json.Unmarshal(content, &settings) == nil &&
		slices.ContainsFunc(settingNames, func(name string) bool { return settings[name] != nil })
}
