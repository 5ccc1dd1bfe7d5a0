package sandbox

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// keptCredentials is where a client's public keys stand, beside Auth0's own fields. It is in the state file and in no answer.
const keptCredentials = "sandbox_credentials" //nolint:gosec // the name of a field

var credentialPayload = record("", fields{
	"credential_type":       oneOf("Type of the credential.", "public_key", "cert_subject_dn", "x509_cert"),
	"name":                  str("Friendly name for a credential.", 0, 128),
	"pem":                   str("PEM-formatted public key or X509 certificate.", 1, 0),
	"alg":                   oneOf("Algorithm which will be used with the credential.", "RS256", "RS384", "PS256"),
	"kid":                   str("Key identifier.", 0, 0),
	"subject_dn":            str("Subject Distinguished Name.", 0, 0),
	"parse_expiry_from_pem": boolean("Parse expiry from x509 certificate."),
	"expires_at":            str("The ISO 8601 formatted date representing the expiration of the credential.", 0, 0),
}, "credential_type")

var credentialChange = minimum(record("", fields{"expires_at": nullable(str("The ISO 8601 formatted date representing the expiration of the credential.", 0, 0))}))

// newCredential checks what was asked for and makes a credential of it. Auth0 knows three types; the sandbox logs clients
// in with one of them, and says so of the others.
func (t *Tenant) newCredential(asked object) (object, *apiError) {
	if kind := text(asked, "credential_type"); kind != "public_key" {
		return nil, invalidBody("The sandbox keeps no credentials of the type %s", kind)
	}
	key, err := publicKey(text(asked, "pem"))
	if err != nil {
		return nil, invalidBody("The pem is not a public RSA key") // a guess
	}
	thumbprint, err := (&jose.JSONWebKey{Key: key}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, invalidBody("The pem is not a public RSA key")
	}
	now := t.options.Now().UTC().Format(milliseconds)
	made := merged(object{"alg": "RS256", "kid": base64.RawURLEncoding.EncodeToString(thumbprint), "created_at": now, "updated_at": now}, asked)
	made["id"] = "cred_" + randomString(22)
	return made, nil
}

// milliseconds is the form of Auth0's times.
const milliseconds = "2006-01-02T15:04:05.000Z"

func publicKey(data string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(data))
	if block == nil {
		return nil, x509.ErrUnsupportedAlgorithm
	}
	if certificate, err := x509.ParseCertificate(block.Bytes); err == nil {
		if key, isRSA := certificate.PublicKey.(*rsa.PublicKey); isRSA {
			return key, nil
		}
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if key, isRSA := parsed.(*rsa.PublicKey); err == nil && isRSA {
		return key, nil
	}
	return nil, x509.ErrUnsupportedAlgorithm
}

func credentialsOf(client object) []object {
	list, _ := client[keptCredentials].([]any)
	out := make([]object, 0, len(list))
	for _, v := range list {
		if o, isObject := v.(object); isObject {
			out = append(out, o)
		}
	}
	return out
}

func withCredentials(client object, all []object) object {
	list := make([]any, len(all))
	for i, o := range all {
		list[i] = o
	}
	return merged(client, object{keptCredentials: list})
}

// takeCredentials makes the credentials that a new client brings, and leaves their ids in the client.
func (t *Tenant) takeCredentials(client object) (object, *apiError) {
	methods := child(client, "client_authentication_methods")
	brought, _ := child(methods, "private_key_jwt")["credentials"].([]any)
	if len(brought) == 0 {
		return client, nil
	}
	var kept []object
	var ids []any
	for _, v := range brought {
		asked, _ := v.(object)
		if found := credentialPayload.check(v, "client_authentication_methods.private_key_jwt.credentials"); found != nil {
			return nil, invalidBody("%s", found.text("Payload"))
		}
		made, err := t.newCredential(asked)
		if err != nil {
			return nil, err
		}
		kept, ids = append(kept, made), append(ids, object{"id": made["id"]})
	}
	client = withCredentials(client, kept)
	client["client_authentication_methods"] = merged(methods, object{"private_key_jwt": object{"credentials": ids}})
	return client, nil
}

// shownCredentials is a client as the answer to its creation shows it: there, and only there, the credentials are whole.
func shownCredentials(client object) object {
	out := without(client, keptCredentials)
	var whole []any
	for _, made := range credentialsOf(client) {
		whole = append(whole, without(made, "pem"))
	}
	if whole != nil {
		methods := child(client, "client_authentication_methods")
		out["client_authentication_methods"] = merged(methods, object{"private_key_jwt": object{"credentials": whole}})
	}
	return out
}

// shownCredential is one that is read: there an expiry that isn't set is null.
func shownCredential(o object) object {
	out := without(o, "pem")
	if _, set := out["expires_at"]; !set {
		out["expires_at"] = nil
	}
	return out
}

func (t *Tenant) listCredentials(c *call) (reply, *apiError) {
	t.store.mu.RLock()
	client, known := t.store.clients.get(c.ids[0])
	t.store.mu.RUnlock()
	if !known {
		return failed(unknownClient())
	}
	all := credentialsOf(client)
	for i, o := range all {
		all[i] = shownCredential(o)
	}
	return ok(all)
}

func (t *Tenant) createCredential(c *call) (reply, *apiError) {
	return t.write(func(s *store) (reply, *apiError) {
		client, known := s.clients.get(c.ids[0])
		if !known {
			return failed(unknownClient())
		}
		made, err := t.newCredential(c.object())
		if err != nil {
			return failed(err)
		}
		s.clients.put(withCredentials(client, append(credentialsOf(client), made)))
		return created(without(made, "pem"))
	})
}

// oneCredential runs a change on a credential of a client; the change gives what is kept of it, or nil.
func (t *Tenant) oneCredential(c *call, change func(object) object) (object, *apiError) {
	var changed object
	_, failure := t.write(func(s *store) (reply, *apiError) {
		client, known := s.clients.get(c.ids[0])
		if !known {
			return failed(unknownClient())
		}
		all := credentialsOf(client)
		i := slices.IndexFunc(all, func(o object) bool { return text(o, "id") == c.ids[1] })
		if i < 0 {
			return failed(notFound("", "Not Found")) // the words are a guess
		}
		if changed = change(all[i]); changed == nil {
			all = slices.Delete(all, i, i+1)
		} else {
			all[i] = changed
		}
		s.clients.put(withCredentials(client, all))
		return noContent()
	})
	return changed, failure
}

func (t *Tenant) getCredential(c *call) (reply, *apiError) {
	found, err := t.oneCredential(c, func(o object) object { return o })
	if err != nil {
		return failed(err)
	}
	return ok(shownCredential(found))
}

func (t *Tenant) updateCredential(c *call) (reply, *apiError) {
	changed, err := t.oneCredential(c, func(o object) object {
		return merged(o, merged(c.object(), object{"updated_at": t.options.Now().UTC().Format(milliseconds)}))
	})
	if err != nil {
		return failed(err)
	}
	return ok(shownCredential(changed))
}

func (t *Tenant) deleteCredential(c *call) (reply, *apiError) {
	if _, err := t.oneCredential(c, func(object) object { return nil }); err != nil {
		return failed(err)
	}
	return noContent()
}

// assertionKeys are the keys that a client may sign its assertions with now: those of its credentials that are in use
// and have not expired and, for the machine-to-machine client, the one that the sandbox was started with.
func (t *Tenant) assertionKeys(client object) []crypto.PublicKey {
	var keys []crypto.PublicKey
	if t.options.AssertionKey != nil && text(client, "client_id") == t.adminID {
		keys = append(keys, t.options.AssertionKey)
	}
	used, _ := child(child(client, "client_authentication_methods"), "private_key_jwt")["credentials"].([]any)
	for _, o := range credentialsOf(client) {
		inUse := slices.ContainsFunc(used, func(v any) bool { ref, _ := v.(object); return ref["id"] == o["id"] })
		expires, err := time.Parse(time.RFC3339, text(o, "expires_at"))
		if key, broken := publicKey(text(o, "pem")); inUse && broken == nil && (err != nil || t.options.Now().Before(expires)) {
			keys = append(keys, key)
		}
	}
	return keys
}
