package sandbox

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// bearer adds a token to each request of a client.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// TestRealClient speaks to the gateway through a client that others wrote.
func TestRealClient(t *testing.T) {
	p := startPair(t, GatewayOptions{})
	transport := &mcp.StreamableClientTransport{Endpoint: p.gateway.URL, HTTPClient: &http.Client{Transport: bearer(p.token(nil))}}
	session, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	list, err := session.ListTools(t.Context(), nil)
	if err != nil || len(list.Tools) != 3 {
		t.Fatalf("%+v %v", list, err)
	}
	sum, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "add", Arguments: map[string]any{"a": 2, "b": 3}})
	if err != nil || len(sum.Content) != 1 {
		t.Fatalf("%+v %v", sum, err)
	}
	if content, _ := sum.Content[0].(*mcp.TextContent); content == nil || content.Text != "5" {
		t.Errorf("2 + 3 is %+v", sum.Content[0])
	}
	if _, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: "sub"}); err == nil || !strings.Contains(err.Error(), "Unknown tool: sub") {
		t.Errorf("a tool that there is not: %v", err)
	}
}

// TestGatewayOverTLS: the gateway trusts its tenant's certificate and is itself served under it.
func TestGatewayOverTLS(t *testing.T) {
	server, err := Start(t.Context(), Options{}, Listen{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := server.StartGateway(t.Context(), GatewayOptions{}, Listen{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close(); _ = server.Close() })
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(server.CAPEM)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, gateway.URL, strings.NewReader(listTools))
	r.Header.Set("Authorization", "Bearer "+pair{server, gateway}.token(nil))
	r.Header.Set("Content-Type", "application/json")
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(gateway.URL, "https://localhost:") {
		t.Errorf("%s: %s", gateway.URL, res.Status)
	}
}

// TestWholeLogin does over HTTP what an MCP client does, against a tenant that was set up through the Management API.
func TestWholeLogin(t *testing.T) {
	p := startPair(t, GatewayOptions{})
	for _, c := range [][2]string{
		{"POST resource-servers", `{"identifier":"` + p.gateway.URL + `","name":"MCP","allow_offline_access":true,"scopes":[{"value":"tools:use"}]}`},
		{"POST client-grants", `{"audience":"` + p.gateway.URL + `","default_for":"third_party_clients","subject_type":"user","scope":["tools:use"]}`},
		{"PATCH connections/" + p.firstConnection(t), `{"is_domain_connection":true}`},
		{"PATCH tenants/settings", `{"flags":{"enable_dynamic_client_registration":true},"resource_parameter_profile":"compatibility"}`},
	} {
		method, path, _ := strings.Cut(c[0], " ")
		if res, body := ask(t, method, p.URL+"/api/v2/"+path, p.Tenant.Token(time.Hour), c[1]); res.StatusCode > 299 {
			t.Fatalf("%s: %d %s", c[0], res.StatusCode, body)
		}
	}
	res, _ := ask(t, http.MethodPost, p.gateway.URL, "", listTools)
	metadata, _ := strings.CutPrefix(res.Header.Get("WWW-Authenticate"), `Bearer resource_metadata="`)
	resource := getObject(t, strings.TrimSuffix(metadata, `"`))
	server := getObject(t, texts(resource, "authorization_servers")[0]+".well-known/oauth-authorization-server")

	_, body := ask(t, http.MethodPost, text(server, "registration_endpoint"), "",
		`{"client_name":"c","redirect_uris":["`+callback+`"],"token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}`)
	var client, first, second object
	decode(t, body, &client)
	id := text(client, "client_id")
	values := with(asking(id), "resource", text(resource, "resource"), "scope", "offline_access tools:use")
	res, _ = ask(t, http.MethodGet, text(server, "authorization_endpoint")+"?"+values.Encode(), "", "")
	_, query := location(t, res)
	decode(t, post(t, text(server, "token_endpoint"), with(codeForm(id, query.Get("code")), "resource", text(resource, "resource"))), &first)
	decode(t, post(t, text(server, "token_endpoint"), url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {text(first, "refresh_token")}, "client_id": {id},
	}), &second)
	for _, answer := range []object{first, second} {
		if res, body := ask(t, http.MethodPost, p.gateway.URL, text(answer, "access_token"), listTools); res.StatusCode != http.StatusOK || !strings.Contains(body, "whoami") {
			t.Errorf("tools/list: %d %s", res.StatusCode, body)
		}
	}
	log, _ := json.Marshal(p.Tenant.Requests())
	for _, secret := range []string{query.Get("code"), verifier, text(first, "refresh_token"), text(first, "access_token")} {
		if secret == "" || strings.Contains(string(log), secret) {
			t.Errorf("the request log holds %q", secret)
		}
	}
}

func (p pair) firstConnection(t *testing.T) string {
	t.Helper()
	_, body := ask(t, http.MethodGet, p.URL+"/api/v2/connections?strategy=auth0", p.Tenant.Token(time.Hour), "")
	var list []object
	decode(t, body, &list)
	return text(list[0], "id")
}

func decode(t *testing.T, body string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%q: %v", body, err)
	}
}

func getObject(t *testing.T, address string) object {
	t.Helper()
	_, body := ask(t, http.MethodGet, address, "", "")
	var out object
	decode(t, body, &out)
	return out
}

func post(t *testing.T, address string, form url.Values) string {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, _ := io.ReadAll(res.Body)
	return string(data)
}
