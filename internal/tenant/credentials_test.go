package tenant_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/plan"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func rsaPEM(t *testing.T) (*rsa.PrivateKey, string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key, string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
}

func TestResolveTakesTheFirstComplete(t *testing.T) {
	_, key := rsaPEM(t)
	all := []string{"AUTH0_API_TOKEN", "env-token", "AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_SECRET", "canary-value", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", key}
	for _, c := range []struct {
		stdin string
		env   []string
		want  string
	}{
		{"stdin-token", all, "standard input"},
		{"", all, "AUTH0_API_TOKEN"},
		{"", all[2:], "client id and its secret"},
		{"", append(slices.Clone(all[2:6]), "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", "\n"), "client id and its secret"},
		{"", []string{"AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", key}, "client id and its private key"},
	} {
		got, err := tenant.Resolve(t.Context(), tenant.Sources{Token: c.stdin, Getenv: environment(c.env...)})
		if err != nil || !strings.Contains(got.Source, c.want) {
			t.Errorf("Resolve = %q, %v; want %q", got.Source, err, c.want)
		}
		for _, form := range []string{"%v", "%+v", "%#v", "%s"} {
			if shown := fmt.Sprintf(form, got); strings.Contains(shown, "canary") || strings.Contains(shown, "-token") || strings.Contains(shown, "BEGIN") {
				t.Errorf("%s shows %q", form, shown)
			}
		}
	}
	if _, err := tenant.Resolve(t.Context(), tenant.Sources{Getenv: environment("AUTH0_CLIENT_ID", "id")}); !errors.Is(err, tenant.ErrNoCredentials) {
		t.Errorf("a client id alone gives %v", err)
	}
}

func TestResolveRefuses(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	_, key := rsaPEM(t)
	for what, env := range map[string][]string{
		"is not a token":     {"AUTH0_API_TOKEN", "two words"},
		"can't be read":      {"AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", "no/such/file"},
		"holds no PEM":       {"AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", "-----BEGIN nonsense"},
		"holds no RSA":       {"AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))},
		"API_TOKEN is not a": {"AUTH0_API_TOKEN", "\n", "AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_SECRET", "canary-value"},
		"CLIENT_ID is blank": {"AUTH0_CLIENT_ID", " ", "AUTH0_CLIENT_SECRET", "canary-value"},
		"SECRET is blank":    {"AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_SECRET", "\r\n", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", key},
		"KEY is blank":       {"AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", "\n"},
		`SIGNING_ALG is "HS`: {"AUTH0_CLIENT_ID", "id", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", key, "AUTH0_CLIENT_ASSERTION_SIGNING_ALG", "HS256"},
	} {
		_, err := tenant.Resolve(t.Context(), tenant.Sources{Getenv: environment(env...)})
		var auth *tenant.AuthError
		if !errors.As(err, &auth) || !strings.Contains(err.Error(), what) || auth.Hint == "" {
			t.Errorf("%s: Resolve gives %v", what, err)
		}
	}
}

func start(t *testing.T, o sandbox.Options) *sandbox.Server {
	t.Helper()
	server, err := sandbox.Start(t.Context(), o, sandbox.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

func client(t *testing.T, server *sandbox.Server, token string, env ...string) *tenant.Client {
	t.Helper()
	domain, err := spec.ParseDomain(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := tenant.Resolve(t.Context(), tenant.Sources{Token: token, Getenv: environment(env...)})
	if err != nil {
		t.Fatal(err)
	}
	return tenant.New(tenant.Config{Domain: domain, Credentials: credentials, Transport: tenant.NewTransport(tenant.NewBase(nil), 5*time.Second, nil), UserAgent: "test"})
}

func TestPrivateKeyJWT(t *testing.T) {
	key, text := rsaPEM(t)
	server := start(t, sandbox.Options{AssertionKey: key.Public()})
	id, _ := server.Tenant.Credentials()
	file := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, alg := range []string{"", "RS256", "RS384", "PS256"} {
		c := client(t, server, "", "AUTH0_CLIENT_ID", id, "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", file, "AUTH0_CLIENT_ASSERTION_SIGNING_ALG", alg)
		if err := c.SignIn(t.Context()); err != nil {
			t.Errorf("signing in with %q: %v", alg, err)
		}
	}
	_, other := rsaPEM(t)
	c := client(t, server, "", "AUTH0_CLIENT_ID", id, "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY", other)
	var auth *tenant.AuthError
	if err := c.SignIn(t.Context()); !errors.As(err, &auth) {
		t.Errorf("signing in with another key: %v", err)
	}
}

func TestRefusedCredentials(t *testing.T) {
	server := start(t, sandbox.Options{})
	id, _ := server.Tenant.Credentials()
	query := plan.Query{Settings: true}
	for name, c := range map[string]*tenant.Client{
		"wrong secret":  client(t, server, "", "AUTH0_CLIENT_ID", id, "AUTH0_CLIENT_SECRET", "nonsense"),
		"expired token": client(t, server, server.Tenant.Token(-time.Minute)),
		"forged token":  client(t, server, server.Tenant.Token(time.Hour)+"x"),
	} {
		_, err := c.Observe(t.Context(), query)
		var auth *tenant.AuthError
		if !errors.As(err, &auth) || auth.Hint == "" || strings.Contains(err.Error(), "nonsense") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMissingScopesAreToldTogether(t *testing.T) {
	server := start(t, sandbox.Options{})
	c := client(t, server, server.Tenant.Token(time.Hour, "read:clients"))
	_, err := c.Observe(t.Context(), plan.Query{Settings: true, Identifiers: []string{"https://a.example/mcp"}, Connections: []spec.Connection{{Name: "x"}}})
	var scope *tenant.ScopeError
	if !errors.As(err, &scope) || strings.Join(scope.Missing, " ") != "read:client_grants read:connections read:resource_servers read:tenant_settings" {
		t.Errorf("Observe gives %v", err)
	}
	lacking, err := c.Lacking(t.Context(), []string{"read:clients", "update:connections"})
	if err != nil || strings.Join(lacking, " ") != "update:connections" {
		t.Errorf("Lacking gives %v, %v", lacking, err)
	}
}

func TestATokenNearItsEndIsRenewed(t *testing.T) {
	server := start(t, sandbox.Options{})
	id, secret := server.Tenant.Credentials()
	domain, _ := spec.ParseDomain(server.URL)
	credentials, _ := tenant.Resolve(t.Context(), tenant.Sources{Getenv: environment("AUTH0_CLIENT_ID", id, "AUTH0_CLIENT_SECRET", secret)})
	now := time.Now()
	c := tenant.New(tenant.Config{
		Domain: domain, Credentials: credentials, Transport: tenant.NewTransport(tenant.NewBase(nil), 0, nil),
		Now: func() time.Time { return now },
	})
	signIns := func() (n int) {
		for _, r := range server.Tenant.Requests() {
			if r.Path == "/oauth/token" {
				n++
			}
		}
		return n
	}
	for _, step := range []struct {
		later time.Duration
		want  int
	}{{0, 1}, {time.Hour, 1}, {23*time.Hour - 30*time.Second, 2}} {
		now = now.Add(step.later)
		if err := c.SignIn(t.Context()); err != nil || signIns() != step.want {
			t.Errorf("%s later there were %d sign-ins, %v; want %d", step.later, signIns(), err, step.want)
		}
	}
}

// A run that begins with a fresh token and takes long must not find it expired in the middle of its writes.
func TestATokenIsRenewedBeforeAWrite(t *testing.T) {
	server := start(t, sandbox.Options{})
	id, secret := server.Tenant.Credentials()
	credentials, err := tenant.Resolve(t.Context(), tenant.Sources{Getenv: environment("AUTH0_CLIENT_ID", id, "AUTH0_CLIENT_SECRET", secret)})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	c := tenant.New(tenant.Config{
		Domain: parsed(t, server.URL), Credentials: credentials, Transport: tenant.NewTransport(tenant.NewBase(nil), 0, nil),
		Now: func() time.Time { return now },
	})
	named := spec.Connection{Name: "google-oauth2"}
	seen, err := c.Observe(t.Context(), plan.Query{Connections: []spec.Connection{named}})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(24*time.Hour - 30*time.Second)
	if _, _, err := c.Apply(t.Context(), plan.Level(*seen.Connections[named], true)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range server.Tenant.Requests() {
		got = append(got, r.Method)
	}
	if order := strings.Join(got, " "); order != "POST GET POST PATCH" {
		t.Errorf("the requests were %s", order)
	}
}

// The token of the auth0 CLI is issued by Auth0 itself and names several audiences; behind a custom domain the audience is
// the canonical one. What is for another tenant is not sent, whoever issued it.
func TestATokenForAnotherTenantIsNotSent(t *testing.T) {
	const here = "my-tenant.eu.auth0.com"
	soon := time.Now().Add(time.Hour).Unix()
	for name, c := range map[string]struct {
		claims   string
		audience string
		sent     bool
	}{
		"the CLI's own":             {`{"iss":"https://auth0.auth0.com/","aud":["https://my-tenant.eu.auth0.com/api/v2/","https://auth0.auth0.com/userinfo"],"exp":%d}`, "", true},
		"client credentials":        {`{"iss":"https://my-tenant.eu.auth0.com/","aud":"https://my-tenant.eu.auth0.com/api/v2/","exp":%d}`, "", true},
		"a custom domain's issuer":  {`{"iss":"https://my-tenant.eu.auth0.com/","aud":"https://canonical.eu.auth0.com/api/v2/","exp":%d}`, "", true},
		"AUTH0_AUDIENCE":            {`{"iss":"https://canonical.eu.auth0.com/","aud":"https://canonical.eu.auth0.com/api/v2/","exp":%d}`, "https://canonical.eu.auth0.com/api/v2/", true},
		"no claims at all":          {`{"x":%d}`, "", true},
		"no end":                    {`{"aud":"https://my-tenant.eu.auth0.com/api/v2/","x":%d}`, "", true},
		"another tenant's":          {`{"iss":"https://other.eu.auth0.com/","aud":"https://other.eu.auth0.com/api/v2/","exp":%d}`, "", false},
		"the CLI's, another tenant": {`{"iss":"https://auth0.auth0.com/","aud":["https://other.eu.auth0.com/api/v2/"],"exp":%d}`, "", false},
		"a name that begins alike":  {`{"iss":"https://my-tenant.eu.auth0.com.evil.example/","aud":"https://my-tenant.eu.auth0.com.evil.example/api/v2/","exp":%d}`, "", false},
		"for an API of this tenant": {`{"iss":"https://my-tenant.eu.auth0.com/","aud":"https://a.example/mcp","exp":%d}`, "", false},
	} {
		encode := base64.RawURLEncoding.EncodeToString
		token := encode([]byte(`{"alg":"RS256"}`)) + "." + encode(fmt.Appendf(nil, c.claims, soon)) + ".c2lnbmF0dXJl"
		credentials, err := tenant.Resolve(t.Context(), tenant.Sources{Token: token, Getenv: environment("AUTH0_AUDIENCE", c.audience)})
		if err != nil {
			t.Fatal(err)
		}
		err = tenant.New(tenant.Config{Domain: parsed(t, here), Credentials: credentials}).SignIn(t.Context())
		var auth *tenant.AuthError
		if c.sent != (err == nil) || (err != nil && (!errors.As(err, &auth) || auth.Hint == "")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
