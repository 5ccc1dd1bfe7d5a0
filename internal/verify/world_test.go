package verify_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

type object = map[string]any

// world is a tenant and a gateway that are set up well, but for what a test breaks.
type world struct {
	t       testing.TB
	tenant  *sandbox.Server
	gateway *sandbox.Gateway
	token   string
	client  *http.Client
}

// setup is what is to be set up; a test changes it before it is.
type setup struct {
	tenant   sandbox.Options
	gateway  func(issuer string) sandbox.GatewayOptions
	settings object
	api      object
	grant    object // nil: none
	promote  bool
	other    bool // a second API, for tokens that are for something else
	verify   verify.Options
	tls      bool
	stop     func() // ends what a row started beside
	ask      func(w *world, o *verify.Options)
	wrap     func(w *world) http.RoundTripper
}

func healthy() setup {
	return setup{
		tenant: sandbox.Options{AutoApprove: true},
		gateway: func(string) sandbox.GatewayOptions {
			return sandbox.GatewayOptions{Scopes: []string{"read:tools", "call:tools"}}
		},
		settings: object{
			"flags": object{"enable_dynamic_client_registration": true}, "resource_parameter_profile": "compatibility",
			"authorization_response_iss_parameter_supported": true,
		},
		api: object{
			"name": "MCP", "signing_alg": "RS256", "allow_offline_access": true, "token_lifetime": 3600,
			"scopes": []object{{"value": "read:tools", "description": "x"}, {"value": "call:tools", "description": "x"}},
		},
		grant:   object{"default_for": "third_party_clients", "subject_type": "user", "scope": []string{"read:tools", "call:tools"}},
		promote: true,
		other:   true,
		verify:  verify.Options{Follow: true, Timeout: ample},
	}
}

func build(t testing.TB, s setup) *world {
	t.Helper()
	w := &world{t: t}
	if s.stop != nil {
		t.Cleanup(s.stop)
	}
	var err error
	if w.tenant, err = sandbox.Start(t.Context(), s.tenant, sandbox.Listen{TLS: s.tls}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.tenant.Close() })
	if w.gateway, err = w.tenant.StartGateway(t.Context(), s.gateway(w.tenant.Tenant.Issuer()), sandbox.Listen{TLS: s.tls}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.gateway.Close() })
	w.client = http.DefaultClient
	if s.tls {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(w.tenant.CAPEM)
		w.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	}
	w.login()
	if s.api != nil {
		if s.api["identifier"] == nil {
			s.api["identifier"] = w.gateway.URL
		}
		w.manage("POST", "resource-servers", s.api)
	}
	if s.grant != nil {
		if s.grant["audience"] == nil {
			s.grant["audience"] = w.gateway.URL
		}
		w.manage("POST", "client-grants", s.grant)
	}
	if s.promote {
		for _, c := range w.manageList("connections") {
			w.manage("PATCH", "connections/"+fmt.Sprint(c["id"]), object{"is_domain_connection": true})
		}
	}
	if s.other {
		scopes := []string{"read:tools", "call:tools"}
		w.manage("POST", "resource-servers", object{
			"name": "Other", "identifier": otherAPI, "signing_alg": "RS256", "allow_offline_access": true,
			"scopes": []object{{"value": scopes[0], "description": "x"}, {"value": scopes[1], "description": "x"}},
		})
		w.manage("POST", "client-grants", object{"default_for": "third_party_clients", "audience": otherAPI, "subject_type": "user", "scope": scopes})
	}
	w.manage("PATCH", "tenants/settings", s.settings)
	return w
}

// ample is time enough for whatever is no time-out, on a busy machine too.
const ample = 45 * time.Second

const otherAPI = "https://other.example/api"

func (w *world) login() {
	id, secret := w.tenant.Tenant.Credentials()
	resp, err := w.client.PostForm(w.tenant.URL+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "audience": {w.tenant.URL + "/api/v2/"},
	})
	var got struct {
		Token string `json:"access_token"`
	}
	if err == nil {
		defer func() { _ = resp.Body.Close() }()
		err = json.NewDecoder(resp.Body).Decode(&got)
	}
	if err != nil || got.Token == "" {
		w.t.Fatalf("no token for the Management API: %v", err)
	}
	w.token = got.Token
}

func (w *world) call(method, path string, body any) []byte {
	w.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.tenant.URL+"/api/v2/"+path, bytes.NewReader(data))
	if err != nil {
		w.t.Fatal(err)
	}
	if method == http.MethodGet {
		req.Body, req.ContentLength = http.NoBody, 0
	}
	req.Header.Set("Authorization", "Bearer "+w.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		w.t.Fatalf("%s %s: %d %s %v", method, path, resp.StatusCode, answer, err)
	}
	return answer
}

func (w *world) manage(method, path string, body any) object {
	w.t.Helper()
	var out object
	if err := json.Unmarshal(w.call(method, path, body), &out); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) manageList(path string) []object {
	w.t.Helper()
	var out []object
	if err := json.Unmarshal(w.call(http.MethodGet, path, nil), &out); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// verified runs the verifier against a world.
func verified(t *testing.T, s setup) (verify.Report, *world) {
	t.Helper()
	w := build(t, s)
	o := s.verify
	o.URL, o.Domain = w.gateway.URL, w.tenant.URL
	if s.other {
		o.OtherResource = otherAPI
	}
	if s.ask != nil {
		s.ask(w, &o)
	}
	if s.wrap != nil {
		o.Transport = s.wrap(w)
	}
	report, err := verify.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return report, w
}

// with are the ids of the checks that ended in one way.
func with(r verify.Report, status verify.Status) []string {
	var ids []string
	for _, c := range r.Checks {
		if c.Status == status {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func find(t *testing.T, r verify.Report, id string) verify.Check {
	t.Helper()
	i := slices.IndexFunc(r.Checks, func(c verify.Check) bool { return c.ID == id })
	if i < 0 {
		t.Fatalf("there is no check %q", id)
	}
	return r.Checks[i]
}

func dump(r verify.Report) string {
	var b strings.Builder
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%-4s %-22s got %s | want %s | cause %s | hint %s\n", c.Status, c.ID, c.Got, c.Want, c.Cause, c.Hint)
	}
	return b.String()
}
