package sandbox

import "strings"

// The payloads of APIs, client grants and connections, after Auth0's OpenAPI document.

var scopeItem = record("", fields{
	"value":       str("Value of this scope.", 1, 280),
	"description": str("User-friendly description of this scope.", 0, 500),
}, "value")

func apiFields() fields {
	policy := func(values ...string) *schema { return record("", fields{"policy": oneOf("", values...)}) }
	return fields{
		"name": {
			kind: "string", desc: "Friendly name for this resource server. Can not contain `<` or `>` characters.",
			max: 200, pattern: noAngles,
		},
		"scopes":                 list("List of permissions (scopes) that this API uses.", scopeItem, 1000),
		"signing_alg":            oneOf("Algorithm used to sign JWTs.", "HS256", "RS256", "RS512", "PS256"),
		"signing_secret":         str("Secret used to sign tokens when using symmetric algorithms (HS256).", 16, 0),
		"allow_offline_access":   boolean("Whether refresh tokens can be issued for this API (true) or not (false)."),
		"allow_online_access":    boolean("Whether Online Refresh Tokens can be issued for this API (true) or not (false)."),
		"token_lifetime":         integer("Expiration value (in seconds) for access tokens issued for this API from the token endpoint.", 0, 2592000),
		"token_lifetime_for_web": integer("Expiration value (in seconds) for access tokens issued via implicit or hybrid flows.", 0, 2592000),
		"token_lifetime_for_anonymous_access_tokens": nullable(integer("", 0, 0)),
		"token_dialect": oneOf("Dialect of issued access token.", "access_token", "access_token_authz", "rfc9068_profile", "rfc9068_profile_authz"),
		"skip_consent_for_verifiable_first_party_clients": boolean("Whether to skip user consent for applications flagged as first party (true) or not (false)."),
		"allow_online_access_with_ephemeral_sessions":     boolean("Whether Online Refresh Tokens can be issued even when sessions are configured as ephemeral (true) or not (false)."),
		"enforce_policies":      boolean("Whether to enforce authorization policies (true) or to ignore them (false)."),
		"token_encryption":      nullable(anyObject("")),
		"consent_policy":        nullable(oneOf("", "transactional-authorization-with-mfa")),
		"authorization_details": nullable(list("", nil, 0)),
		"proof_of_possession":   nullable(anyObject("")),
		"subject_type_authorization": record("Defines application access permission for a resource server", fields{
			"user":   policy("allow_all", "deny_all", "require_client_grant"),
			"client": policy("deny_all", "require_client_grant"),
		}),
		"authorization_policy": nullable(anyObject("")),
	}
}

var createAPIPayload = func() *schema {
	f := apiFields()
	f["identifier"] = str("Unique identifier for the API used as the audience parameter on authorization calls. Can not be changed once set.", 1, 600)
	return record("", f, "identifier")
}()

var updateAPIPayload = minimum(record("", apiFields()))

// minimum makes an empty payload an error.
func minimum(s *schema) *schema { s.minProps = 1; return s }

func grantFields() fields {
	return fields{
		"scope":                       list("Scopes allowed for this client grant.", str("", 1, 280), 0),
		"organization_usage":          oneOf("Defines whether organizations can be used with client credentials exchanges for this grant.", "deny", "allow", "require"),
		"allow_any_organization":      boolean("If enabled, any organization can be used with this grant."),
		"authorization_details_types": list("Types of authorization_details allowed for this client grant.", str("", 1, 255), 0),
		"allow_all_scopes":            boolean("If enabled, all scopes configured on the resource server are allowed for this grant."),
	}
}

var createGrantPayload = func() *schema {
	f := grantFields()
	f["client_id"] = str("ID of the client.", 0, 0)
	f["audience"] = str("The audience (API identifier) of this client grant", 1, 0)
	f["default_for"] = oneOf("Applies this client grant as the default for all clients in the specified group.", "third_party_clients")
	f["subject_type"] = oneOf("The type of application access the client grant allows.", "client", "user", "anonymous_user")
	return record("", f, "audience")
}()

var updateGrantPayload = func() *schema {
	f := grantFields()
	for _, k := range []string{"scope", "organization_usage", "allow_any_organization", "allow_all_scopes"} {
		f[k] = nullable(f[k])
	}
	return minimum(record("", f))
}()

func connectionFields() fields {
	active := func() *schema {
		return record("", fields{"active": boolean(""), "cross_app_access": boolean("")}, "active")
	}
	return fields{
		"display_name":         str("The connection name used in the new universal login experience.", 0, 128),
		"options":              nullable(anyObject("The connection's options.")),
		"enabled_clients":      nullable(list("DEPRECATED property. Use the PATCH /v2/connections/{id}/clients endpoint.", str("", 0, 0), 0)),
		"is_domain_connection": boolean("true promotes to a domain-level connection so that third-party applications can use it."),
		"show_as_button":       boolean("Enables showing a button for the connection in the login page (new experience only)."),
		"realms":               list("Defines the realms for which the connection will be used (ie: email domains).", str("", 0, 0), 0),
		"metadata":             anyObject("Metadata associated with the connection."),
		"authentication":       active(), "connected_accounts": active(), "cross_app_access_requesting_app": active(), "cross_app_access_resource_app": nullable(anyObject("")),
	}
}

// strategyName is a connection's kind. The names are those of Auth0's OpenAPI document.
var strategyName = oneOf("The identity provider identifier for the connection", strings.Fields(`ad adfs amazon apple dropbox bitbucket auth0-oidc
	auth0 baidu bitly box custom daccount dwolla email evernote-sandbox evernote exact facebook fitbit github google-apps google-oauth2
	instagram ip line linkedin oauth1 oauth2 office365 oidc okta paypal paypal-sandbox pingfederate planningcenter salesforce-community
	salesforce-sandbox salesforce samlp sharepoint shopify shop sms soundcloud thirtysevensignals twitter untappd vkontakte waad weibo
	windowslive wordpress yahoo yandex auth0-adldap notion-mcp asana atlassian cloudflare-mcp gitlab hubspot-mcp linear-mcp sentry-mcp
	slack`)...)

var createConnectionPayload = func() *schema {
	f := connectionFields()
	f["name"] = str("The name of the connection.", 1, 128)
	f["strategy"] = strategyName
	return record("", f, "name", "strategy")
}()

var updateConnectionPayload = minimum(record("", connectionFields()))

var connectionClientsPayload = &schema{kind: "array", min: 1, max: 50, items: record("", fields{
	"client_id": str("The client_id of the client whose status will be changed.", 0, 0),
	"status":    boolean("Whether the connection is enabled or not for this client_id"),
}, "client_id", "status")}

var cimdPayload = record("", fields{
	"external_client_id": str("URL to the Client ID Metadata Document", 1, 120),
}, "external_client_id")
