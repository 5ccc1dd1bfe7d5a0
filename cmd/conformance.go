package cmd

import (
	"encoding/json"
	"strings"

	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// What the harness of @modelcontextprotocol/conformance sets for the client that it runs.
const (
	envScenario     = "MCP_CONFORMANCE_SCENARIO" // always: the scenario's name
	envVerifySecret = "MCPAUTH_CLIENT_SECRET"    // #nosec G101 -- a variable's name
	envContext      = "MCP_CONFORMANCE_CONTEXT"  // where the scenario has something to hand over
)

// asClient takes the secret of a registered client from the environment; and under a conformance harness what that hands
// over. There the run is that of a client, which the harness would blame for what only a verifier does.
func (a *app) asClient(o *verify.Options) error {
	if secret := a.env.Getenv(envVerifySecret); secret != "" && o.ClientID != "" {
		if strings.TrimSpace(secret) == "" {
			return spec.Invalid{{Field: envVerifySecret, What: "is blank", Hint: "set it to its value, or unset it"}}
		}
		o.ClientSecret = secret
	}
	raw := a.env.Getenv(envContext)
	o.AsClient = raw != "" || a.env.Getenv(envScenario) != ""
	if raw == "" {
		return nil
	}
	var given struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Issuer       string `json:"issuer"` // whose client that is
	}
	if err := json.Unmarshal([]byte(raw), &given); err != nil {
		// The error would quote the text, which may hold a secret.
		return spec.Invalid{{Field: envContext, What: "is not a JSON object", Hint: "leave it unset outside a conformance harness"}}
	}
	if o.ClientID == "" {
		o.ClientID, o.ClientSecret, o.ClientIssuer = given.ClientID, given.ClientSecret, given.Issuer
	}
	return nil
}
