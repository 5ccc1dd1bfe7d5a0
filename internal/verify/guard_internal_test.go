package verify

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

func TestAllows(t *testing.T) {
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true,
		"127.0.0.1": false, "::1": false, "169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "10.1.2.3": false,
		"172.16.0.1": false, "192.168.1.1": false, "fd00:ec2::254": false, "0.0.0.0": false, "::": false, "100.100.100.200": false,
		"::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false, "64:ff9b::a00:1": false, "2002:7f00:1::": false,
		"224.0.0.1": false, "ff02::1": false, "255.255.255.255": false, "198.18.0.1": false,
	} {
		if got := (&guard{}).allows(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %t", addr, got)
		}
	}
	local := &guard{loopback: true}
	if !local.allows(netip.MustParseAddr("::ffff:127.0.0.1")) || local.allows(netip.MustParseAddr("10.0.0.1")) {
		t.Error("loopback alone must be opened")
	}
}

// opaque is a transport whose dialling can't be looked into.
type opaque struct{ http.RoundTripper }

func TestGuardKeepsPublicServersFromLoopback(t *testing.T) {
	reached := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	defer server.Close()
	named := &url.URL{Scheme: "https", Host: "mcp.example"}
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	for _, next := range []http.RoundTripper{http.DefaultTransport, opaque{http.DefaultTransport}} {
		for _, address := range []string{server.URL, "http://localhost:" + port} {
			var private *AddressError
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if _, err = newGuard(next, named, false).RoundTrip(req); !errors.As(err, &private) {
				t.Errorf("%s: %v", address, err)
			}
		}
	}
	// What resolved to a public address before must not be dialled at a private one, with a log around the dialler or not.
	for name, next := range map[string]http.RoundTripper{"plain": http.DefaultTransport, "logged": trace.Log(http.DefaultTransport, io.Discard)} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		var private *AddressError
		if _, err := newGuard(next, named, false).checked.RoundTrip(req); !errors.As(err, &private) {
			t.Errorf("%s: the dialler takes loopback: %v", name, err)
		}
	}
	if reached > 0 {
		t.Errorf("%d requests got through", reached)
	}
	own, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
	if resp, err := newGuard(http.DefaultTransport, own, false).RoundTrip(req); err != nil {
		t.Errorf("the server that the user named: %v", err)
	} else {
		_ = resp.Body.Close()
	}
}
