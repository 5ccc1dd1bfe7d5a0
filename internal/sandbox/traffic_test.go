package sandbox

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestRateLimit(t *testing.T) {
	c := newClock()
	tenant := newTenant(t, Options{RateLimit: "free", Now: c.Now})
	get := func() (int, http.Header, any) { return request(t, tenant, "GET", "tenants/settings", "") }
	for i, want := range []int{200, 200, 429} {
		status, header, body := get()
		if status != want || header.Get("X-RateLimit-Limit") != "2" || header.Get("X-RateLimit-Remaining") != strconv.Itoa(max(1-i, 0)) {
			t.Errorf("request %d: %d %v", i, status, header)
		}
		if want == 429 && (field(body, "errorCode") != "too_many_requests" || header.Get("Retry-After") != "") {
			t.Errorf("429: %v %v", header, body)
		}
		if reset, _ := strconv.ParseInt(header.Get("X-RateLimit-Reset"), 10, 64); reset != c.now.Unix()+1 {
			t.Errorf("reset %d, want %d", reset, c.now.Unix()+1)
		}
	}
	c.advance(500 * time.Millisecond)
	if status, _, _ := get(); status != 200 {
		t.Errorf("after half a second: %d", status)
	}
	if status, _, _ := get(); status != 429 {
		t.Errorf("the second after half a second: %d", status)
	}
}

func TestFreeQuota(t *testing.T) {
	c := newClock()
	tenant := newTenant(t, Options{RateLimit: "free", Now: c.Now})
	for i := range freeAPIs + 1 {
		c.advance(time.Second)
		status, _, body := request(t, tenant, "POST", "resource-servers", `{"identifier":"urn:`+strconv.Itoa(i)+`"}`)
		if i == freeAPIs && (status != 403 || field(body, "errorCode") != "too_many_entities") {
			t.Errorf("API %d: %d %v", i+1, status, body)
		}
	}
}

// TestQuotaOfGrants: the hundredth is the last, and the answer has the words that tenants reported.
func TestQuotaOfGrants(t *testing.T) {
	var seed strings.Builder
	for i := range freeGrants - 1 { // the machine-to-machine client has one already
		seed.WriteString(`,{"audience":"urn:` + strconv.Itoa(i) + `","client_id":"x"}`)
	}
	tenant := newTenant(t, Options{RateLimit: "free", Seed: []byte(`{"resource_servers":[{"identifier":"urn:a"}],"client_grants":[` + seed.String()[1:] + `]}`)})
	status, _, body := request(t, tenant, "POST", "client-grants", `{"audience":"urn:a","default_for":"third_party_clients","scope":[]}`)
	want := object{"statusCode": 403., "error": "Forbidden", "message": "You reached the limit of entities of this type for this tenant.", "errorCode": "too_many_entities"}
	if status != http.StatusForbidden || !reflect.DeepEqual(body, want) {
		t.Errorf("%d %v, want %v", status, body, want)
	}
}

func TestManagementTokens(t *testing.T) {
	tenant, other := newTenant(t, Options{}), newTenant(t, Options{})
	other.issuer = "http://localhost:9999/"
	for name, c := range map[string]struct{ header, want string }{
		"missing":        {"", "Missing authentication"},
		"malformed":      {"Bearer abc", "Invalid token."},
		"wrong scheme":   {"Basic abc", "Invalid token."},
		"tampered":       {"Bearer " + tenant.Token(time.Hour) + "x", "Invalid token."},
		"another issuer": {"Bearer " + other.Token(time.Hour), "Invalid token."},
		"expired":        {"Bearer " + tenant.Token(-time.Minute), "Expired token received for JSON Web Token validation"},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, tenant.issuer+"api/v2/connections", nil)
		if c.header != "" {
			r.Header.Set("Authorization", c.header)
		}
		if status, _, body := serve(t, tenant, r); status != 401 || message(body) != c.want {
			t.Errorf("%s: %d %v", name, status, body)
		}
	}
}

func TestTokenEndpoint(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	tenant := newTenant(t, Options{AssertionKey: &key.PublicKey, Scopes: []string{"read:connections"}})
	create0, secret := tenant.Credentials()
	audience := tenant.managementAudience()
	tenant.store.apis.put(object{"id": "1", "identifier": "urn:other"})
	assertion := func(alg jose.SignatureAlgorithm, aud string) string {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := jwt.Signed(signer).Claims(jwt.Claims{
			Issuer: create0, Subject: create0, Audience: jwt.Audience{aud}, Expiry: jwt.NewNumericDate(time.Now().Add(time.Minute)), ID: randomString(8),
		}).Serialize()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	for _, c := range []struct {
		name        string
		form        url.Values
		basic, json bool
		status      int
		description string
	}{
		{"post", url.Values{"client_id": {create0}, "client_secret": {secret}, "audience": {audience}}, false, false, 200, ""},
		{"json", url.Values{"client_id": {create0}, "client_secret": {secret}, "audience": {audience}}, false, true, 200, ""},
		{"basic", url.Values{"audience": {audience}}, true, false, 200, ""},
		{"RS256", url.Values{"client_assertion_type": {kind}, "client_assertion": {assertion(jose.RS256, tenant.issuer)}, "audience": {audience}}, false, false, 200, ""},
		{"RS384", url.Values{"client_assertion_type": {kind}, "client_assertion": {assertion(jose.RS384, tenant.issuer)}, "audience": {audience}}, false, false, 200, ""},
		{"PS256", url.Values{"client_assertion_type": {kind}, "client_assertion": {assertion(jose.PS256, tenant.issuer)}, "audience": {audience}}, false, false, 200, ""},
		{"assertion for another server", url.Values{"client_assertion_type": {kind}, "client_assertion": {assertion(jose.RS256, "https://b.test/")}, "audience": {audience}}, false, false, 401, "Client assertion"},
		{"wrong secret", url.Values{"client_id": {create0}, "client_secret": {"no"}, "audience": {audience}}, false, false, 401, "Unauthorized"},
		{"unknown client", url.Values{"client_id": {"no"}, "client_secret": {""}, "audience": {audience}}, false, false, 401, "Unauthorized"},
		{"unknown audience", url.Values{"client_id": {create0}, "client_secret": {secret}, "audience": {"urn:no"}}, false, false, 403, "Service not found: urn:no"},
		{"no grant", url.Values{"client_id": {create0}, "client_secret": {secret}, "audience": {"urn:other"}}, false, false, 403, `Client is not authorized to access "urn:other"`},
	} {
		c.form.Set("grant_type", "client_credentials")
		body, contentType := c.form.Encode(), "application/x-www-form-urlencoded"
		if c.json {
			flat := map[string]string{}
			for k := range c.form {
				flat[k] = c.form.Get(k)
			}
			data, _ := json.Marshal(flat)
			body, contentType = string(data), "application/json"
		}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, tenant.issuer+"oauth/token", strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		if c.basic {
			r.SetBasicAuth(create0, secret)
		}
		status, header, answer := serve(t, tenant, r)
		o, _ := answer.(object)
		if status != c.status || !strings.Contains(text(o, "error_description"), c.description) || header.Get("X-RateLimit-Limit") != "100" {
			t.Errorf("%s: %d %v", c.name, status, answer)
		}
		if status == 200 && o["scope"] != "read:connections" {
			t.Errorf("%s: scope %v", c.name, o["scope"])
		}
	}
}

func TestFaultGrammar(t *testing.T) {
	for _, good := range []string{"429@3", "reset@5", "500@POST:/client-grants", "429-bare@*", "lost@POST:/client-grantsx2", "timeout@2x*", "html@/connections*"} {
		if _, err := parseFault(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "429", "429@", "99@1", "boom@1", "429@0", "429@-1", "429@x", "429@post:/x", "429@POST:x", "429@1x0"} {
		_, err := parseFault(bad)
		var fault *FaultError
		if !errors.As(err, &fault) || !strings.Contains(err.Error(), "429@3") {
			t.Errorf("%q: %v, want a *FaultError with an example", bad, err)
		}
	}
}

func TestFaults(t *testing.T) {
	s, err := Start(context.Background(), Options{}, Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for i, c := range []struct {
		fault     string
		status    int    // 0: no answer
		applied   bool   // whether the API exists afterwards
		header    string // one that must be there
		broken    bool   // the body cannot be read to its end
		mediaType string
	}{
		{"429@1", 429, false, "X-RateLimit-Reset", false, "application/json"},
		{"429-bare@1", 429, false, "", false, "application/json"},
		{"503@POST:/resource-servers", 503, false, "", false, "application/json"},
		{"reset@1", 0, false, "", false, ""},
		{"lost@1", 0, true, "", false, ""},
		{"truncated@1", 201, true, "", true, "application/json"},
		{"html@1", 200, false, "", false, "text/html"},
		{"badtype@1", 201, true, "", false, "text/plain"},
	} {
		s.Tenant.ResetRequests()
		if err := s.Tenant.SetFaults([]string{c.fault}); err != nil {
			t.Fatal(err)
		}
		identifier := "urn:fault:" + strconv.Itoa(i)
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/api/v2/resource-servers", strings.NewReader(`{"identifier":"`+identifier+`"}`))
		r.GetBody = nil
		r.Header.Set("Authorization", "Bearer "+s.Tenant.Token(time.Hour))
		res, err := client.Do(r)
		if (err != nil) != (c.status == 0) {
			t.Errorf("%s: %v", c.fault, err)
		} else if err == nil {
			_, readErr := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode != c.status || (c.header != "" && res.Header.Get(c.header) == "") || (readErr != nil) != c.broken ||
				!strings.HasPrefix(res.Header.Get("Content-Type"), c.mediaType) {
				t.Errorf("%s: %d %v %v", c.fault, res.StatusCode, res.Header, readErr)
			}
		}
		if applied := strings.Contains(string(s.Tenant.State()), identifier+`"`); applied != c.applied {
			t.Errorf("%s: applied %v, want %v", c.fault, applied, c.applied)
		}
	}
}

func TestStateSurvives(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	first := newTenant(t, Options{StateFile: file})
	create(t, first, "resource-servers", api)
	second, err := New(Options{StateFile: file}, "http://localhost:9500")
	if err != nil {
		t.Fatal(err)
	}
	id1, secret1 := first.Credentials()
	id2, secret2 := second.Credentials()
	if id1 != id2 || secret1 != secret2 || secret1 == "" {
		t.Error("the credentials changed")
	}
	if status, _, _ := request(t, second, "GET", "resource-servers/https:%2F%2Fmcp.example.test%2Fone", ""); status != 200 {
		t.Errorf("the API is gone: %d", status)
	}
	if strings.Contains(string(second.State()), "9400") || strings.Contains(string(second.State()), secret1) {
		t.Error("the state names the old address, or a secret")
	}
	var snap snapshot
	if err := json.Unmarshal(first.State(), &snap); err != nil || len(snap.Connections) != 2 || len(snap.Clients) != 2 || len(snap.APIs) != 2 {
		t.Errorf("the starting tenant: %v", err)
	}
}
