package sandbox

import (
	"net/http"
	"net/url"
)

// approve sends the browser back with a code.
func (t *Tenant) approve(w http.ResponseWriter, a authorization) {
	t.reply(w, a, url.Values{"code": {t.logins.issue(a, t.options.Now())}})
}

// deny answers in the way of the client's redirection policy: with open redirect protection, which strict clients begin
// with, errors stay on a page of the tenant, else they are redirected (RFC 6749 section 4.1.2.1).
func (t *Tenant) deny(w http.ResponseWriter, q *authorizeRequest, d *denial) {
	if d.paged || isProtected(q.client) {
		showError(w, d)
		return
	}
	t.reply(w, q.authorization, url.Values{"error": {d.code}, "error_description": {d.description}})
}

func isProtected(client object) bool {
	policy := text(client, "redirection_policy")
	return policy == "open_redirect_protection" || (policy == "" && isStrict(client))
}

const (
	modeFragment = "fragment"
	modeForm     = "form_post"
)

var responseModes = []string{"query", modeFragment, modeForm}

// reply sends the browser to the client with the state it sent and, where the tenant says so, with iss (RFC 9207): in the
// query, in the fragment, or in a form that the browser posts (OAuth 2.0 Form Post Response Mode).
func (t *Tenant) reply(w http.ResponseWriter, a authorization, answer url.Values) {
	if a.state != "" {
		answer.Set("state", a.state)
	}
	t.store.mu.RLock()
	iss := truth(t.store.settings, "authorization_response_iss_parameter_supported")
	t.store.mu.RUnlock()
	if iss {
		answer.Set("iss", t.issuer)
	}
	to, err := url.Parse(a.redirect)
	if err != nil {
		showError(w, pageOnly(http.StatusBadRequest, "invalid_request", "The registered callback URL is not a URL"))
		return
	}
	switch a.mode {
	case modeFragment:
		redirect(w, a.redirect+"#"+answer.Encode())
		return
	case modeForm:
		showPage(w, http.StatusOK, "answer", struct {
			To     string
			Answer url.Values
		}{a.redirect, answer})
		return
	}
	if to.RawQuery != "" {
		to.RawQuery += "&"
	}
	to.RawQuery += answer.Encode()
	redirect(w, to.String())
}

func redirect(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusFound)
}
