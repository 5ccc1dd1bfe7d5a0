package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-jose/go-jose/v4"
)

// Tenant is the whole local tenant; it is an http.Handler and safe for concurrent use.
type Tenant struct {
	options  Options
	quota    bool
	base     *url.URL
	issuer   string
	store    *store
	key      signingKey
	adminID  string
	apiLimit *bucket
	tokLimit *bucket
	regLimit *bucket
	faults   *faults
	log      *requestLog
	api      []route
	auth     *http.ServeMux // everything that is not the Management API
	usedJTI  sync.Map
	token    atomic.Pointer[bearerToken] // of the last Management API request
	logins   logins
	done     chan struct{} // closed when the server shuts down: hanging answers end
	stop     sync.Once
}

// New makes a tenant that believes to be served at baseURL, such as "http://localhost:9400"; its issuer is baseURL + "/".
// Errors are *OptionError, *FaultError and *SeedError.
func New(o Options, baseURL string) (*Tenant, error) {
	o, limits, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(strings.TrimSuffix(baseURL, "/"))
	if err != nil || base.Host == "" {
		return nil, &OptionError{"base URL", baseURL, "a URL such as http://localhost:9400"}
	}
	t := &Tenant{
		options: o, quota: limits.quota, base: base, issuer: base.String() + "/",
		store:    newStore(),
		key:      processKey(),
		apiLimit: newBucket(limits.api, o.Now), tokLimit: newBucket(limits.token, o.Now), regLimit: newBucket(limits.register, o.Now),
		faults: &faults{}, log: &requestLog{}, done: make(chan struct{}),
	}
	t.store.file = o.StateFile
	if err := t.SetFaults(o.Faults); err != nil {
		return nil, err
	}
	if err := checkAssertionKey(o.AssertionKey); err != nil {
		return nil, err
	}
	if err := t.populate(); err != nil {
		return nil, err
	}
	t.api = t.managementRoutes()
	t.auth = t.authRoutes()
	return t, t.store.save()
}

// Issuer is the tenant's issuer, with its trailing slash.
func (t *Tenant) Issuer() string { return t.issuer }

func (t *Tenant) managementAudience() string { return t.issuer + "api/v2/" }

// name is the tenant's short name, as clients carry it.
func (t *Tenant) name() string { return "sandbox" }

// authRoutes are the endpoints outside of the Management API.
func (t *Tenant) authRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/jwks.json", t.serveJWKS)
	mux.HandleFunc("POST /oauth/token", t.serveToken)
	t.loginRoutes(mux)
	mux.HandleFunc("GET /sandbox/state", t.serveState)
	mux.HandleFunc("GET /sandbox/requests", t.serveRequests)
	return mux
}

func (t *Tenant) serveJWKS(w http.ResponseWriter, _ *http.Request) {
	key := t.key.public()
	t.store.mu.RLock()
	if truth(child(t.store.settings, "flags"), "remove_alg_from_jwks") {
		key.Algorithm = ""
	}
	t.store.mu.RUnlock()
	writeJSON(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}})
}

func (t *Tenant) serveState(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(t.State())
}

func (t *Tenant) serveRequests(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, t.Requests())
}

// State is the JSON of GET /sandbox/state. Client secrets are left out.
func (t *Tenant) State() []byte {
	t.store.mu.RLock()
	snap := t.store.snapshot()
	t.store.mu.RUnlock()
	applications := []object{}
	for _, c := range snap.Clients {
		if !truth(c, "global") {
			applications = append(applications, without(c, "client_secret", keptCredentials))
		}
	}
	snap.Clients = applications
	data, _ := json.MarshalIndent(snap, "", "  ") // maps of decoded JSON cannot fail
	return append(data, '\n')
}

// Credentials are those of the machine-to-machine client.
func (t *Tenant) Credentials() (clientID, clientSecret string) {
	t.store.mu.RLock()
	defer t.store.mu.RUnlock()
	client, _ := t.store.clients.get(t.adminID)
	return t.adminID, text(client, "client_secret")
}

// shutdown ends the answers that hang.
func (t *Tenant) shutdown() { t.stop.Do(func() { close(t.done) }) }

func writeJSON(w http.ResponseWriter, status int, body any) {
	data, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
