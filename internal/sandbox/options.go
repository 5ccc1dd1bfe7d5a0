package sandbox

import (
	"crypto"
	"fmt"
	"strconv"
	"time"
)

// Security modes of dynamic client registration, as the tenant setting dynamic_client_registration_security_mode names them.
const (
	ModeStrict     = "strict"
	ModePermissive = "permissive"
)

// Options say how the tenant starts and how it misbehaves. The zero value is a well-behaved, untouched tenant.
type Options struct {
	// RateLimit is "none" (the default: nothing is refused, the headers are those of a big tenant), "free" (burst of 2,
	// 2 requests a second, and the entity quotas of the Free plan) or a number N (burst of N, N requests a second).
	RateLimit string
	// Latency is added before each answer.
	Latency time.Duration
	// Faults are injected failures such as "429@3": KIND@WHERE[xN], as parseFault says.
	Faults []string
	// Mode is ModeStrict (the default) or ModePermissive: how dynamically registered clients are treated.
	Mode string
	// Seed is JSON in the shape of GET /sandbox/state. Objects are added to the starting tenant, or replace those of
	// the same id (APIs also of the same identifier, connections of the same name); settings are merged.
	Seed []byte
	// StateFile, if set, is loaded at the start when it exists, and written after every change.
	StateFile string
	// AutoApprove lets logins and consents pass without a person.
	AutoApprove bool
	// AssertionKey is the public key that the machine-to-machine client may use with private_key_jwt.
	AssertionKey crypto.PublicKey
	// Scopes are granted to the machine-to-machine client on the Management API; nil means all that the tenant knows.
	Scopes []string
	// RetryAfter adds the Retry-After header to 429 answers. Auth0 leaves it out.
	RetryAfter bool
	// Now is the clock of tokens and rate limits; the default is time.Now.
	Now func() time.Time
}

// OptionError is an option whose value cannot be used.
type OptionError struct {
	Option, Value, Want string
}

func (e *OptionError) Error() string {
	return fmt.Sprintf("sandbox option %s: %q is not valid, want %s", e.Option, e.Value, e.Want)
}

// limits are the numbers behind Options.RateLimit.
type limits struct {
	api, token, register bucketSize
	quota                bool
}

type bucketSize struct {
	limit    int     // what X-RateLimit-Limit says
	rate     float64 // tokens a second
	enforced bool
}

func parseLimits(s string) (limits, error) {
	// Authentication API: 30 a second on Free, 100 above, registration 5 everywhere; Management API: Free 2, enterprise 50
	// in a burst, 16 a second. Auth0's further limits (300 requests a minute on Free, keys, logins by address) are left out.
	switch s {
	case "", "none":
		return limits{api: bucketSize{50, 16, false}, token: bucketSize{100, 100, false}, register: bucketSize{5, 5, false}}, nil
	case "free":
		return limits{api: bucketSize{2, 2, true}, token: bucketSize{30, 30, true}, register: bucketSize{5, 5, true}, quota: true}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 100000 {
		return limits{}, &OptionError{"rate limit", s, `"none", "free" or a number of requests a second from 1 to 100000`}
	}
	return limits{api: bucketSize{n, float64(n), true}, token: bucketSize{100, 100, true}, register: bucketSize{5, 5, true}}, nil
}

func (o Options) withDefaults() (Options, limits, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Mode == "" {
		o.Mode = ModeStrict
	}
	if o.Mode != ModeStrict && o.Mode != ModePermissive {
		return o, limits{}, &OptionError{"mode", o.Mode, `"strict" or "permissive"`}
	}
	if o.Latency < 0 {
		return o, limits{}, &OptionError{"latency", o.Latency.String(), "a duration that is not negative"}
	}
	l, err := parseLimits(o.RateLimit)
	return o, l, err
}
