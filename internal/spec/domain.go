package spec

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Domain is an Auth0 tenant's domain. The zero value is no domain.
type Domain struct {
	scheme string
	host   string // with a port where one was given
}

// ParseDomain takes a host name, with a port for a sandbox behind TLS, or the URL of a tenant on this machine. The error
// is an Invalid whose field is empty: the caller knows whether a flag or a variable said it.
func ParseDomain(raw string) (Domain, error) {
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return Domain{}, Invalid{{What: "no domain", Hint: domainExample}}
	}
	scheme, rest := "https", raw
	if before, after, found := strings.Cut(raw, "://"); found {
		scheme, rest = strings.ToLower(before), strings.TrimSuffix(after, "/")
	}
	u, err := url.Parse("//" + rest)
	if err != nil || u.Hostname() == "" {
		return Domain{}, Invalid{{What: fmt.Sprintf("%q is not a host name", withoutUser(raw)), Hint: domainExample}}
	}
	host := strings.ToLower(u.Hostname())
	if u.User != nil {
		return Domain{}, Invalid{{What: "carries a user name or password", Hint: domainExample}}
	}
	if host == dashboard {
		return Domain{}, Invalid{{What: fmt.Sprintf("%q is the dashboard, and no tenant's domain", raw), Hint: inDashboard(u.Path)}}
	}
	if u.Path != "" || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(rest, "?#") {
		return Domain{}, Invalid{{What: fmt.Sprintf("%q has more than a host", shown(raw)), Hint: bareDomain(scheme, u.Host, "")}}
	}
	if checkHost(host) != nil || strings.HasSuffix(u.Host, ":") {
		return Domain{}, Invalid{{What: fmt.Sprintf("%q is not a host name", raw), Hint: domainExample}}
	}
	if problem := checkPort(u.Port()); problem != nil {
		return Domain{}, Invalid{*problem}
	}
	switch {
	case rest == raw:
		if !IsLoopback(host) && !strings.Contains(host, ".") {
			return Domain{}, Invalid{{What: fmt.Sprintf("%q is not a tenant's domain", raw), Hint: domainExample}}
		}
	case scheme != "http" && scheme != "https":
		return Domain{}, Invalid{{What: fmt.Sprintf("%q has a scheme", raw), Hint: bareDomain(scheme, u.Host, "")}}
	case !IsLoopback(host):
		return Domain{}, Invalid{{What: fmt.Sprintf("%q has a scheme", raw), Hint: bareDomain(scheme, u.Host, ": a tenant is always reached by https")}}
	}
	return Domain{scheme: scheme, host: authority(scheme, host, u.Port())}, nil
}

const domainExample = "write it like my-tenant.eu.auth0.com"

// dashboard is where people see their tenants. Nothing of a tenant answers there, and no secret may be sent there.
const dashboard = "manage.auth0.com"

var dashboardPage = regexp.MustCompile(`^/dashboard/([a-z]{2})/([a-z0-9-]+)(/|$)`)

// inDashboard is a hint to write the domain of the tenant that a page of the dashboard is about.
func inDashboard(path string) string {
	page := dashboardPage.FindStringSubmatch(strings.ToLower(path))
	if page == nil {
		return domainExample
	}
	region, name, older := page[1], page[2], ""
	if region == "us" {
		older = fmt.Sprintf(", or %s.auth0.com where its applications have that", name) // from when there was one region only
	}
	return bareDomain("https", name+"."+region+".auth0.com", older)
}

// bareDomain is a hint to write the host alone, where that would be taken; on this machine its scheme stays.
func bareDomain(scheme, host, why string) string {
	bare := strings.ToLower(host)
	if scheme == "http" && IsLoopback((&url.URL{Host: host}).Hostname()) {
		bare = scheme + "://" + bare
	}
	if _, err := ParseDomain(bare); err != nil {
		return domainExample
	}
	return "write " + bare + why
}

// withoutUser leaves out what may be a password.
func withoutUser(raw string) string {
	if i := strings.LastIndex(raw, "@"); i >= 0 {
		return "…" + raw[i:]
	}
	return raw
}

// IsZero tells whether no domain was given.
func (d Domain) IsZero() bool { return d.host == "" }

// Host is the host, with its port where it has one.
func (d Domain) Host() string { return d.host }

// String is the domain as it is shown: the host, with the scheme only where it isn't https.
func (d Domain) String() string {
	if d.scheme == "http" {
		return d.URL()
	}
	return d.host
}

// URL is the origin of the tenant, without a trailing slash.
func (d Domain) URL() string { return d.scheme + "://" + d.host }

// Issuer is what the tenant calls itself in its metadata and tokens: with a trailing slash, which clients compare.
func (d Domain) Issuer() string { return d.URL() + "/" }

// ManagementAudience is the identifier of the tenant's Management API.
func (d Domain) ManagementAudience() string { return d.URL() + "/api/v2/" }
