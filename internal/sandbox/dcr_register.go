package sandbox

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// registration is a client's metadata (RFC 7591 section 2), as far as Auth0 uses it.
type registration struct {
	Name            string   `json:"client_name"`
	Redirects       []string `json:"redirect_uris"`
	Grants          []string `json:"grant_types"`
	Method          string   `json:"token_endpoint_auth_method"`
	ApplicationType string   `json:"application_type"`
	Logo            string   `json:"logo_uri"`
}

const maxName = 200

// registerMethods are the ways in which a registered client may authenticate; the first is the default.
var registerMethods = []string{"client_secret_post", "client_secret_basic", "none"}

// serveRegister adds a third-party client (RFC 7591 section 3), within the tenant's quota and in its security mode.
func (t *Tenant) serveRegister(w http.ResponseWriter, r *http.Request) {
	client, failure := t.register(r)
	if failure != nil {
		writeJSON(w, failure.Status, failure)
		return
	}
	body := object{
		"client_id": client["client_id"], "client_name": client["name"], "redirect_uris": client["callbacks"],
		"grant_types": client["grant_types"], "token_endpoint_auth_method": client["token_endpoint_auth_method"],
	}
	if secret := text(client, "client_secret"); secret != "" {
		body["client_secret"], body["client_secret_expires_at"] = secret, 0
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusCreated, body)
}

func (t *Tenant) register(r *http.Request) (object, *apiError) {
	t.store.mu.RLock()
	open := truth(child(t.store.settings, "flags"), "enable_dynamic_client_registration")
	mode := text(t.store.settings, "dynamic_client_registration_security_mode")
	t.store.mu.RUnlock()
	if !open {
		return nil, newError(http.StatusBadRequest, "", "dynamic client registration is disabled")
	}
	var asked registration
	if err := readJSON(r, &asked); err != nil {
		return nil, newError(http.StatusBadRequest, "", "Invalid request payload JSON format")
	}
	strict := mode != ModePermissive
	if failure := asked.check(strict); failure != nil {
		return nil, failure
	}
	var client object
	_, failure := t.write(func(s *store) (reply, *apiError) {
		added, failure := t.addClient(s, asked.client(strict))
		client = added
		return reply{}, failure
	})
	return client, failure
}

// check fills in what was left out, and refuses what the mode does not allow.
func (g *registration) check(strict bool) *apiError {
	if g.Method == "" {
		g.Method = registerMethods[0]
	}
	// Auth0 documents that grant types are filtered down to what the client may use, not refused.
	if g.Grants = slices.DeleteFunc(g.Grants, func(grant string) bool { return !slices.Contains(registeredGrants(strict), grant) }); len(g.Grants) == 0 {
		g.Grants = []string{"authorization_code"}
	}
	if g.Name == "" {
		g.Name = "My App"
	}
	switch {
	case strings.ContainsAny(g.Name, "<>") || len([]rune(g.Name)) > maxName:
		return invalidClient("client_name must have at most 200 characters and no < or >")
	case len(g.Redirects) == 0:
		return invalidClient("Missing required property: redirect_uris")
	case !slices.Contains(registerMethods, g.Method):
		return invalidClient("token_endpoint_auth_method %q is not supported", g.Method)
	}
	for _, redirect := range g.Redirects {
		if !mayRedirect(redirect) {
			return invalidClient("redirect_uris: %q is neither https, nor http on loopback, nor an application's own scheme", redirect)
		}
	}
	return nil
}

// registeredGrants are the grant types that a registered client may have. Permissive clients may have "most".
func registeredGrants(strict bool) []string {
	if strict {
		return []string{"authorization_code", "refresh_token"}
	}
	return []string{"authorization_code", "refresh_token", "implicit", "client_credentials", deviceCode}
}

const deviceCode = "urn:ietf:params:oauth:grant-type:device_code"

// invalidClient is a registration that is refused (RFC 7591 section 3.2.2). Its words, and Auth0's envelope around them,
// are guesses.
func invalidClient(format string, args ...any) *apiError {
	return newError(http.StatusBadRequest, "invalid_client_metadata", format, args...)
}

// mayRedirect holds RFC 8252 section 7: https, http on loopback, or a private-use scheme. What a browser would run or
// read from disk is none of these.
func mayRedirect(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" || strings.Contains(raw, "#") {
		return false
	}
	switch u.Scheme {
	case "https":
		return u.Host != ""
	case "http":
		ip := net.ParseIP(u.Hostname())
		return u.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())
	case "javascript", "data", "file", "vbscript", "blob", "about":
		return false
	}
	return true
}

// client is what the tenant makes a client of.
func (g *registration) client(strict bool) object {
	mode, kind := ModePermissive, "regular_web"
	if strict {
		mode = ModeStrict
	}
	if g.Method == "none" || g.ApplicationType == "native" {
		kind = "native"
	}
	asked := object{
		"name": g.Name, "callbacks": toAny(g.Redirects), "grant_types": toAny(g.Grants), "app_type": kind,
		"token_endpoint_auth_method": g.Method, "is_first_party": false, "third_party_security_mode": mode,
	}
	if g.Logo != "" {
		asked["logo_uri"] = g.Logo
	}
	return asked
}
