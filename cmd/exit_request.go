package cmd

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// requestHint says what to do about a request to the tenant that did not end well.
func requestHint(e *tenant.RequestError) string {
	var unknown *net.DNSError
	var proxy *tenant.ProxyError
	var untrusted *tls.CertificateVerificationError
	var without *tenant.NoTLSError
	switch {
	case errors.As(e, &without):
		return withoutTLSHint(without.Host)
	case errors.As(e, &untrusted):
		return "check the domain; where this network has a certificate authority of its own, as for a proxy, name its file with --ca-file"
	case errors.As(e, &proxy) && proxy.Status == http.StatusProxyAuthRequired:
		return "the proxy wants a user name and a password, or others than it got: they stand in HTTPS_PROXY, as http://USER:PASSWORD@" + proxy.Host
	case errors.As(e, &proxy):
		return "check the proxy, which HTTPS_PROXY names, and that it lets requests to the tenant through; NO_PROXY names hosts that are reached without it. Then run again: what is done already stays done"
	case errors.As(e, &unknown) && unknown.IsNotFound:
		return "check the domain's spelling and its region (my-tenant.eu.auth0.com)"
	case e.Code == "too_many_entities":
		return "the tenant's plan is full: delete what nobody uses, or upgrade"
	case e.Status >= 500 || e.Status == 429:
		return "run again in " + awhile(e.Asked) + ": what is done already stays done"
	case e.Foreign:
		return "something on the way to Auth0 may have answered in its place (a sign-in page, a firewall, a proxy): check the domain and the network; --debug shows what was sent and answered"
	case e.Status == 0:
		return "check the network and the domain, then run again: what is done already stays done"
	}
	return "run again with --debug to see what was sent and answered"
}

// awhile is how long to wait, in whole minutes where there are any.
func awhile(asked time.Duration) string {
	if asked <= 0 {
		return "a while"
	}
	unit := time.Second
	if asked > time.Minute {
		unit = time.Minute
	}
	return verify.Shortly((asked + unit - 1).Truncate(unit))
}

func withoutTLSHint(host string) string {
	if at := (&url.URL{Host: host}).Hostname(); !spec.IsLoopback(at) {
		return "check the domain and its port: a tenant is always reached by https"
	}
	return "write http://" + host + ": without a scheme a domain is reached by https"
}
