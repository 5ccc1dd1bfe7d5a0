// Package spec says what the operator asked for: which MCP servers, on which tenant, with which scopes, connections and
// ways for clients to register. It is pure: it reads no network, no environment and no tenant.
package spec

import "time"

// Registration is how MCP clients introduce themselves to the tenant.
type Registration string

// The ways of registration that a tenant can be opened to.
const (
	RegistrationDCR  Registration = "dcr"  // OIDC Dynamic Client Registration: anyone may register an application
	RegistrationCIMD Registration = "cimd" // client ID metadata documents: the client id is a URL that describes the client
	RegistrationBoth Registration = "both"
	RegistrationNone Registration = "none" // clients are registered by hand
)

// DCR tells whether dynamic client registration is wanted.
func (r Registration) DCR() bool { return r == RegistrationDCR || r == RegistrationBoth }

// CIMD tells whether client ID metadata documents are wanted.
func (r Registration) CIMD() bool { return r == RegistrationCIMD || r == RegistrationBoth }

// AudienceMode is how a token comes to carry the MCP server as its audience, although MCP clients send `resource`
// (RFC 8707) where Auth0 by default expects `audience`.
type AudienceMode string

// The ways to an audience.
const (
	AudienceBoth     AudienceMode = "both"     // the resource profile, and the default audience where none is set
	AudienceResource AudienceMode = "resource" // Auth0's Resource Parameter Compatibility Profile only
	AudienceDefault  AudienceMode = "default"  // the tenant-wide default audience only, as the original guide has it
)

// Profile tells whether the Resource Parameter Compatibility Profile is wanted.
func (m AudienceMode) Profile() bool { return m != AudienceDefault }

// Default tells whether the tenant's default audience is wanted.
func (m AudienceMode) Default() bool { return m != AudienceResource }

// Scope is a permission of the API that stands for an MCP server.
type Scope struct {
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
}

// Server is one MCP server: its canonical URL is the API's identifier, the gateway policy's audience and the resource
// that clients name, byte for byte.
type Server struct {
	URL    string
	Name   string // the API's name; empty takes DefaultName for a new API and keeps the name of one that exists
	Scopes []Scope
}

// DefaultName is the name of a new API that was given none.
const DefaultName = "MCP Server"

// DisplayName is the name that a new API gets.
func (s Server) DisplayName() string {
	if s.Name != "" {
		return s.Name
	}
	return DefaultName
}

// Connection names a connection of the tenant, by its name or by its id.
type Connection struct {
	Name string
	ID   string
}

// String is the connection as the operator named it.
func (c Connection) String() string {
	if c.ID != "" {
		return c.ID
	}
	return c.Name
}

// Gateway is what the Zuplo side needs beyond domain and servers.
type Gateway struct {
	ResourceName string
	PolicyName   string
	PolicyType   string
	Route        string
}

// Spec is everything that setup was asked to make true.
type Spec struct {
	Domain       Domain
	Servers      []Server
	Connections  []Connection
	Registration Registration
	AudienceMode AudienceMode

	// TokenLifetime of the API's access tokens; zero leaves it to Auth0, or as it is.
	TokenLifetime time.Duration
	// NoOfflineAccess asks for an API without refresh tokens.
	NoOfflineAccess bool

	// ReplaceDefaultAudience consents to replacing another default audience, which changes the tokens of every
	// application that relies on it.
	ReplaceDefaultAudience bool
	// BesideNearMiss consents to a new API next to one whose identifier differs only by a slash or by case.
	BesideNearMiss bool

	Gateway Gateway
}

// DefaultAudience is the audience that the tenant should fall back to: only one can be, so it is the first server's.
func (s Spec) DefaultAudience() string {
	if !s.AudienceMode.Default() || len(s.Servers) == 0 {
		return ""
	}
	return s.Servers[0].URL
}

// Owns tells whether an audience is one of the servers'.
func (s Spec) Owns(audience string) bool {
	for _, server := range s.Servers {
		if server.URL == audience {
			return true
		}
	}
	return false
}
