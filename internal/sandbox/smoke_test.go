package sandbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// request sends one Management API request with a fresh token of these scopes and returns status, headers and body.
func request(t *testing.T, tenant *Tenant, method, path, body string, scopes ...string) (int, http.Header, any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, tenant.issuer+"api/v2/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+tenant.Token(tokenLifetime, scopes...))
	return serve(t, tenant, r)
}

func TestServedOverTLS(t *testing.T) {
	s, err := Start(context.Background(), Options{}, Listen{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.CAPEM) {
		t.Fatal("the CA is not PEM")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	id, secret := s.Tenant.Credentials()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "audience": {s.URL + "/api/v2/"}}
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/oauth/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	data, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK || res.ProtoMajor != 2 {
		t.Fatalf("token: %s %s %s", res.Proto, res.Status, data)
	}
	if n := s.Connections(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
	if log := s.Tenant.Requests(); len(log) != 1 || strings.Contains(string(log[0].Body), secret) || !strings.Contains(string(log[0].Body), mask) {
		t.Errorf("the log holds the secret, or nothing: %+v", log)
	}
	if want := "AUTH0_DOMAIN=" + strings.TrimPrefix(s.URL, "https://"); s.Env()[2] != want {
		t.Errorf("environment %q, want %q", s.Env()[2], want)
	}
}
