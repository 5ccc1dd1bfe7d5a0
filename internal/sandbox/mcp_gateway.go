package sandbox

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const mcpPath = "/mcp"

// GatewayFault is one way in which a protected MCP server is often set up wrongly.
type GatewayFault string

// The faults that a gateway can have. What a field of GatewayOptions can express is not among them.
const (
	GatewayOpen          GatewayFault = "open"           // answers without a token
	GatewayRedirects     GatewayFault = "redirects"      // sends clients without a token to the login page
	GatewayNoChallenge   GatewayFault = "no-challenge"   // 401 without WWW-Authenticate
	GatewayBareChallenge GatewayFault = "bare-challenge" // WWW-Authenticate without resource_metadata
	GatewayNoMetadata    GatewayFault = "no-metadata"    // no protected resource metadata anywhere
	GatewayRefusesAll    GatewayFault = "refuses-all"    // no token is good enough
	GatewayAnyAudience   GatewayFault = "any-audience"   // tokens for other APIs pass
	GatewayAnyExpiry     GatewayFault = "any-expiry"     // expired tokens pass
	GatewayAnyToken      GatewayFault = "any-token"      // whatever follows "Bearer" passes
	GatewayBrokenGet     GatewayFault = "broken-get"     // GET gets 500 in the place of 405
)

var gatewayFaults = []GatewayFault{
	GatewayOpen, GatewayRedirects, GatewayNoChallenge, GatewayBareChallenge, GatewayNoMetadata, GatewayRefusesAll,
	GatewayAnyAudience, GatewayAnyExpiry, GatewayAnyToken, GatewayBrokenGet,
}

// GatewayOptions say what the gateway expects of tokens and how it describes itself. The zero value is a gateway that is
// set up well.
type GatewayOptions struct {
	// Audience is compared byte for byte with a token's aud; the default is the gateway's own URL.
	Audience string
	// AuthorizationServers stand in the protected resource metadata; nil means the issuer alone, slash included,
	// and an empty list none.
	AuthorizationServers []string
	// Resource stands in the metadata. The default is built from the Host header and the path, as Zuplo does.
	Resource string
	// ResourceName is the name for people; the default is "Sandbox MCP server".
	ResourceName string
	// Scopes are published as scopes_supported. Zuplo's plugin has no such option, so the default is to leave them out.
	Scopes []string
	// Legacy is a server that knows only the revisions of MCP that begin with initialize.
	Legacy bool
	// Faults are what is wrong with it.
	Faults []GatewayFault
	// Client fetches the issuer's keys; the default gives up after ten seconds.
	Client *http.Client
	// Now is the clock of tokens and of the tool time; the default is time.Now.
	Now func() time.Time
}

// Gateway is a protected MCP server that is being served. It answers as an MCP route behind Zuplo does.
type Gateway struct {
	URL   string // http(s)://localhost:PORT/mcp
	CAPEM []byte // the certificate authority's certificate, with TLS

	options   GatewayOptions
	issuer    string
	secure    bool
	keys      keyCache
	log       *requestLog
	http      *http.Server
	stopWatch func() bool
}

// StartGateway serves an MCP server that is protected by this issuer (with its slash), until Close or until the context
// ends. Errors are *ListenError and *OptionError.
func StartGateway(ctx context.Context, issuer string, o GatewayOptions, l Listen) (*Gateway, error) {
	g := &Gateway{options: o, issuer: issuer, secure: l.TLS}
	if !l.TLS {
		return g.start(ctx, l.Addr, nil)
	}
	config, ca, err := newAuthority(time.Now())
	if err != nil {
		return nil, err
	}
	g.CAPEM = ca
	return g.start(ctx, l.Addr, config)
}

// StartGateway serves an MCP server that is protected by this tenant. With TLS on both, they share a certificate.
func (s *Server) StartGateway(ctx context.Context, o GatewayOptions, l Listen) (*Gateway, error) {
	if s.secure && o.Client == nil {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(s.CAPEM)
		o.Client = &http.Client{Timeout: keyTimeout, Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		}}
	}
	if !s.secure || !l.TLS {
		return StartGateway(ctx, s.Tenant.Issuer(), o, l)
	}
	g := &Gateway{options: o, issuer: s.Tenant.Issuer(), secure: true, CAPEM: s.CAPEM}
	return g.start(ctx, l.Addr, &tls.Config{Certificates: s.http.TLSConfig.Certificates, MinVersion: tls.VersionTLS12})
}

func (g *Gateway) start(ctx context.Context, addr string, config *tls.Config) (*Gateway, error) {
	for _, fault := range g.options.Faults {
		if !slices.Contains(gatewayFaults, fault) {
			return nil, &OptionError{"gateway fault", string(fault), "one of " + joinFaults()}
		}
	}
	listeners, port, err := listen(ctx, addr)
	if err != nil {
		return nil, err
	}
	g.URL = g.scheme() + "://" + net.JoinHostPort("localhost", strconv.Itoa(port)) + mcpPath
	g.log = &requestLog{}
	g.options = g.options.withDefaults(g.URL, g.issuer)
	g.http = &http.Server{
		Handler: g, TLSConfig: config, ErrorLog: quiet, MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
	}
	for _, l := range listeners {
		go func() {
			if config != nil {
				_ = g.http.ServeTLS(l, "", "")
				return
			}
			_ = g.http.Serve(l)
		}()
	}
	g.stopWatch = context.AfterFunc(ctx, func() { _ = g.http.Close() })
	return g, nil
}

func joinFaults() string {
	names := make([]string, len(gatewayFaults))
	for i, fault := range gatewayFaults {
		names[i] = string(fault)
	}
	return strings.Join(names, ", ")
}

func (o GatewayOptions) withDefaults(address, issuer string) GatewayOptions {
	if o.Audience == "" {
		o.Audience = address
	}
	if o.AuthorizationServers == nil {
		o.AuthorizationServers = []string{issuer}
	}
	if o.ResourceName == "" {
		o.ResourceName = "Sandbox MCP server"
	}
	if o.Client == nil {
		o.Client = &http.Client{Timeout: keyTimeout}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

func (g *Gateway) scheme() string {
	if g.secure {
		return "https"
	}
	return "http"
}

func (g *Gateway) has(fault GatewayFault) bool { return slices.Contains(g.options.Faults, fault) }

// Requests returns the requests so far, in order; bodies are masked like the tenant's.
func (g *Gateway) Requests() []Request { return g.log.seen() }

// Close ends all connections.
func (g *Gateway) Close() error {
	g.stopWatch()
	return g.http.Close()
}
