package tenant

import (
	"net/http"
	"testing"
)

func TestAnswersAreRecognised(t *testing.T) {
	strange := []string{`null`, `[]`, `{}`, `7`, `"x"`, `{"status":"ok"}`, `[{"id":"a"}]`}
	for _, c := range []struct {
		method, path string
		good, bad    []string
	}{
		{
			"GET", "/resource-servers",
			[]string{`{"total":0,"resource_servers":[]}`, `{"resource_servers":[{"id":"a","identifier":"urn:a","scopes":[]}]}`},
			[]string{`{"resource_servers":null}`, `{"resource_servers":{}}`, `{"resource_servers":[null]}`, `{"resource_servers":[{"id":"a"}]}`, `{"resource_servers":[{"id":7,"identifier":"urn:a"}]}`, `{"client_grants":[]}`},
		},
		{"GET", "/client-grants", []string{`{"client_grants":[]}`, `{"client_grants":[{"id":"a","audience":"urn:a"}]}`}, []string{`{"client_grants":[{}]}`, `{"client_grants":[{"audience":"urn:a"}]}`}},
		{"GET", "/connections", []string{`{"connections":[{"id":"con_1","name":"staff"}],"next":"x"}`}, []string{`{"connections":[{}]}`, `{"next":"x"}`}},
		{"GET", "/connections/con_1", []string{`{"id":"con_1","name":"staff"}`}, []string{`{"id":"con_2","name":"staff"}`, `{"id":"con_1"}`, `{"connections":[]}`}},
		{"PATCH", "/connections/con_1", []string{`{"id":"con_1","name":"staff","strategy":"auth0"}`}, []string{`{"id":"con_2","name":"staff"}`}},
		{"POST", "/resource-servers", []string{`{"id":"a","identifier":"urn:a"}`}, []string{`{"id":"a"}`, `{"resource_servers":[]}`}},
		{"POST", "/client-grants", []string{`{"id":"cgr_1","audience":"urn:a"}`}, nil},
		{"PATCH", "/client-grants/cgr_1", []string{`{"id":"cgr_1","audience":"urn:a"}`}, []string{`{"id":"cgr_2","audience":"urn:a"}`}},
		{"GET", "/clients", []string{`{"clients":[{"client_id":"a"}],"total":1}`}, []string{`{"clients":[{"name":"a"}]}`}},
		{"GET", "/rules", []string{`{"rules":[],"total":0}`}, nil},
		{"GET", "/tenants/settings", []string{`{"flags":{}}`, `{"session_lifetime":168}`, `{"default_audience":null}`}, []string{`{"resource_servers":[]}`}},
		{"PATCH", "/tenants/settings", []string{`{"flags":{"enable_dynamic_client_registration":true}}`}, nil},
	} {
		is := func(content string) bool {
			req, err := http.NewRequestWithContext(t.Context(), c.method, "https://t.eu.auth0.com"+apiPath+c.path+"?take=100", nil)
			if err != nil {
				t.Fatal(err)
			}
			return isAnswer(req, []byte(content))
		}
		for _, content := range c.good {
			if !is(content) {
				t.Errorf("%s %s: %s is not recognised", c.method, c.path, content)
			}
		}
		for _, content := range append(c.bad, strange...) {
			if is(content) {
				t.Errorf("%s %s: %s is believed", c.method, c.path, content)
			}
		}
	}
}
