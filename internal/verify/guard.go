package verify

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

// AddressError is an address that metadata must not send a client to.
type AddressError struct{ Host, Addr string }

func (e *AddressError) Error() string {
	return fmt.Sprintf("%s is at %s, which is not a public address: it was not contacted", e.Host, e.Addr)
}

// errScheme is for addresses that aren't web addresses at all.
var errScheme = errors.New("only http and https addresses are contacted")

// guard lets requests through to the server that the user named, and elsewhere only to public addresses: metadata comes
// from strangers and could aim the verifier at the network it runs in (MCP security best practices, "SSRF"). Names are
// looked up before the request and, on our own connections, checked again when they are dialled.
type guard struct {
	plain    http.RoundTripper
	checked  http.RoundTripper
	own      *http.Transport // under checked; nil where dialling can't be looked into
	proxy    func(*http.Request) (*url.URL, error)
	home     string // scheme and host of the server that the user named
	loopback bool
}

func newGuard(next http.RoundTripper, target *url.URL, loopback bool) *guard {
	g := &guard{plain: next, checked: next, home: origin(target), loopback: loopback}
	over := func(own *http.Transport) http.RoundTripper { return own }
	inner := next
	if logger, logs := next.(*trace.Logger); logs { // dialling is below the log
		inner = logger.Next()
		over = func(own *http.Transport) http.RoundTripper { return logger.Over(own) }
	}
	if transport, ok := inner.(*http.Transport); ok {
		dialer := &net.Dialer{Timeout: 30 * time.Second, Control: g.control}
		g.own = transport.Clone()
		g.own.Proxy, g.own.DialContext, g.own.DialTLSContext, g.own.TLSClientConfig = nil, dialer.DialContext, nil, tlsConfigOf(transport)
		g.checked, g.proxy = over(g.own), transport.Proxy
	}
	return g
}

// close ends the connections that the guard dialled itself.
func (g *guard) close() {
	if g.own != nil {
		g.own.CloseIdleConnections()
	}
}

// origin is the scheme and host of a URL, in lower case.
func origin(u *url.URL) string { return strings.ToLower(u.Scheme + "://" + u.Host) }

// RoundTrip sends the request, if its address may be contacted.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "https" && req.URL.Scheme != "http" {
		return nil, errScheme
	}
	if origin(req.URL) == g.home {
		return g.plain.RoundTrip(req)
	}
	proxied := false
	if g.proxy != nil {
		through, err := g.proxy(req)
		if err != nil {
			return nil, err
		}
		proxied = through != nil
	}
	if err := g.resolve(req.Context(), req.URL.Hostname(), proxied); err != nil {
		return nil, err
	}
	if proxied {
		return g.plain.RoundTrip(req)
	}
	return g.checked.RoundTrip(req)
}

// resolve looks the host up. Behind a proxy a name that can't be looked up here is left to the proxy.
func (g *guard) resolve(ctx context.Context, host string, proxied bool) error {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		if proxied {
			return nil
		}
		return err
	}
	for _, addr := range addrs {
		if !g.allows(addr) {
			return &AddressError{host, addr.Unmap().String()}
		}
	}
	return nil
}

func (g *guard) control(_, address string, _ syscall.RawConn) error {
	addr, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !g.allows(addr.Addr()) {
		return &AddressError{address, addr.Addr().Unmap().String()}
	}
	return nil
}

// reserved are ranges that are neither private nor loopback by their flags, and yet not on the internet (RFC 6890). The
// last two carry an IPv4 address inside, which would pass unseen.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("2002::/16"),
}

func (g *guard) allows(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() {
		return g.loopback
	}
	for _, prefix := range reserved {
		if prefix.Contains(addr) {
			return false
		}
	}
	return addr.IsGlobalUnicast() && !addr.IsPrivate()
}
