// Package trace writes down what goes over the wire, with the secrets masked before anything is written.
package trace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// Masked stands where a secret was.
const Masked = "[masked]"

// secretNames are the parameters and members that carry secrets in OAuth and in Auth0's Management API.
var secretNames = map[string]bool{
	"access_token": true, "refresh_token": true, "id_token": true, "client_secret": true, "client_assertion": true,
	"code": true, "code_verifier": true, "password": true, "signing_secret": true, "token": true, "assertion": true,
	"registration_access_token": true, "device_code": true, "state": true, "nonce": true, "session_token": true,
}

// jwtLike finds what looks like a JWT or JWE anywhere in a text.
var jwtLike = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{6,}(\.[A-Za-z0-9_-]*){1,4}`)

// Text masks what looks like a token in any text.
func Text(s string) string { return jwtLike.ReplaceAllString(s, Masked) }

// Form masks the secrets of a form or a query.
func Form(values url.Values) url.Values {
	masked := make(url.Values, len(values))
	for name, list := range values {
		for _, value := range list {
			if isSecret(name) {
				value = Masked
			}
			masked.Add(name, Text(value))
		}
	}
	return masked
}

// URL masks the secrets of a URL's query, and its user information.
func URL(u *url.URL) string {
	shown := *u
	if shown.User != nil {
		shown.User = url.User(Masked)
	}
	if shown.RawQuery != "" {
		shown.RawQuery = Form(shown.Query()).Encode()
	}
	return Text(shown.String())
}

// Body masks the secrets of a JSON or form body; of any other only what looks like a token.
func Body(contentType string, body []byte) string {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return ""
	}
	var document any
	decoder := json.NewDecoder(bytes.NewReader(trimmed))
	decoder.UseNumber()
	if decoder.Decode(&document) == nil {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if encoder.Encode(maskJSON(document)) == nil {
			return hide(strings.TrimSpace(out.String()), trimmed)
		}
	}
	if strings.Contains(contentType, "x-www-form-urlencoded") {
		if values, err := url.ParseQuery(string(trimmed)); err == nil {
			return Form(values).Encode()
		}
	}
	// What can't be read can't be masked by name: a page may hold a token anywhere.
	return fmt.Sprintf("(%d bytes, not shown)", len(trimmed))
}

// hide takes a document's secrets out of its other texts too, where a server repeated them.
func hide(text string, body []byte) string {
	var document any
	if json.Unmarshal(body, &document) != nil {
		return text
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, value := range v {
				if secret, is := value.(string); is && isSecret(name) && len(secret) >= shortest {
					text = strings.ReplaceAll(text, secret, Masked)
				}
				walk(value)
			}
		case []any:
			for _, value := range v {
				walk(value)
			}
		}
	}
	walk(document)
	return text
}

// shortest is the shortest secret that is looked for elsewhere; shorter ones would hide ordinary words.
const shortest = 6

// isSecret takes a name in any spelling: access_token, accessToken, Access-Token.
func isSecret(name string) bool {
	plain := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
	for secret := range secretNames {
		if strings.ReplaceAll(secret, "_", "") == plain {
			return true
		}
	}
	return false
}

func maskJSON(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if _, isText := value.(string); isText && isSecret(name) {
				v[name] = Masked
				continue
			}
			v[name] = maskJSON(value)
		}
		return v
	case []any:
		for i := range v {
			v[i] = maskJSON(v[i])
		}
		return v
	case string:
		return Text(v)
	}
	return v
}
