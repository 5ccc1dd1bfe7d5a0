package cmd

import (
	"strings"
	"testing"
)

func TestWhatMayBeASecret(t *testing.T) {
	for typed, want := range map[string]bool{
		"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl":            true,
		strings.Repeat("x9", 32):                                       true,
		"-----BEGIN PRIVATE KEY-----":                                  true,
		"user:password@host":                                           true,
		"my-tenant.eu.auth0.com":                                       false,
		"https://my-gateway.zuplo.dev/mcp":                             false,
		"https://example.com/a/very/long/path/of/parts/v1/mcp":         false,
		"Username-Password-Authentication":                             false,
		"20261125T233701-9ca90f":                                       false,
		"con_JN7hXQZGidfn6rEB":                                         false,
		"https://my-very-long-gateway-name-of-some-customer.zuplo.dev": false,
		"maybe": false,
	} {
		if got := secretLike(typed); got != want {
			t.Errorf("%q: %v", typed, got)
		}
	}
}
