package verify

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"time"
)

// tokenAnswer is what the token endpoint gives (RFC 6749 section 5.1).
type tokenAnswer struct {
	Access   string `json:"access_token"`
	Type     string `json:"token_type"`
	Expires  expiry `json:"expires_in"`
	Scope    string `json:"scope"`
	Refresh  string `json:"refresh_token"`
	ID       string `json:"id_token"`
	received time.Time
}

// expiry is a number of seconds. Some servers write it as a string, which the usual clients read all the same.
type expiry struct {
	seconds float64
	quoted  bool
}

func (e *expiry) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil || text == "" {
		return json.Unmarshal(data, &e.seconds)
	}
	e.quoted = true
	if err := json.Unmarshal([]byte(text), &e.seconds); err != nil {
		return &json.UnmarshalTypeError{Value: "string", Type: reflect.TypeFor[float64]()}
	}
	return nil
}

// asClient posts a form as the client, authenticated in its way (RFC 6749 section 2.3).
func (r *run) asClient(ctx context.Context, endpoint string, form url.Values) (*reply, error) {
	header := http.Header{}
	switch r.client.method {
	case "client_secret_basic":
		req := &http.Request{Header: header}
		req.SetBasicAuth(url.QueryEscape(r.client.id), url.QueryEscape(r.client.secret)) // RFC 6749 section 2.3.1
	case "client_secret_post":
		form.Set("client_id", r.client.id)
		form.Set("client_secret", r.client.secret)
	default:
		form.Set("client_id", r.client.id)
	}
	return r.post(ctx, endpoint, "application/x-www-form-urlencoded", []byte(form.Encode()), header)
}

// exchange asks the token endpoint. Without a token the reply says why, and so does the error where there is no reply.
func (r *run) exchange(ctx context.Context, form url.Values) (*tokenAnswer, *reply, error) {
	answer, err := r.asClient(ctx, r.server.TokenEndpoint, form)
	if err != nil {
		return nil, nil, err
	}
	r.secrets.AddAnswer(answer.body, answer.status >= 200 && answer.status <= 299)
	got := &tokenAnswer{received: time.Now()}
	if answer.status != http.StatusOK || json.Unmarshal(answer.body, got) != nil || got.Access == "" {
		return nil, answer, nil
	}
	r.secrets.Add(got.Access, got.Refresh, got.ID)
	return got, answer, nil
}

// redeem exchanges the code of an attempt.
func (r *run) redeem(ctx context.Context, a *attempt, code string) (*tokenAnswer, *reply, error) {
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {a.verifier}, "redirect_uri": {r.callback.url},
	}
	if a.resource != "" {
		form.Set("resource", a.resource)
	}
	return r.exchange(ctx, form)
}

func (r *run) checkToken(ctx context.Context) finding {
	const want = "200 with an access_token of type Bearer"
	got, answer, err := r.redeem(ctx, r.attempt, r.answer.Get("code"))
	var other *json.UnmarshalTypeError
	switch {
	case err != nil:
		cause, hint := r.trouble("the token endpoint", err)
		return fail(reason(err), want, cause, hint)
	case got == nil && answer.status == http.StatusOK && errors.As(json.Unmarshal(answer.body, &tokenAnswer{}), &other):
		what, mend := mistyped(other)
		return fail("200 with an answer of other types", want, "clients refuse the whole answer: "+what, mend)
	case got == nil && answer.status == http.StatusOK:
		return fail("200 without an access_token", want, "the answer is not that of RFC 6749", "check the authorization server")
	case got == nil && answer.status >= 200 && answer.status <= 299:
		// A success in another form may hold a token anywhere, so nothing of its text is shown.
		return fail(statusText(answer.status)+", not in the form of RFC 6749", want, "the answer is not that of RFC 6749", "check the authorization server")
	case got == nil && answer.status == http.StatusUnauthorized && r.o.ClientID != "":
		return r.unknownClient().fail(answer.described(), want)
	case got == nil:
		return r.refusal(answer).fail(answer.described(), want)
	}
	r.token = got
	if !strings.EqualFold(got.Type, "Bearer") {
		return fail("token_type "+show(got.Type), "Bearer", "MCP clients send bearer tokens alone", "check the authorization server")
	}
	return pass("an access token of type Bearer")
}

// checkGranted compares what was granted with what was asked for. offline_access shows itself as a refresh token.
func (r *run) checkGranted(context.Context) finding {
	asked := slices.DeleteFunc(strings.Fields(r.wantedScope()), func(s string) bool { return s == offlineAccess })
	granted := strings.Fields(r.token.Scope)
	if r.token.Scope == "" && r.claims != nil {
		granted = strings.Fields(r.claims.Scope)
	}
	switch {
	case len(asked) == 0 && len(granted) == 0:
		return pass("none was asked for, and none was granted")
	case len(asked) == 0:
		return pass("none was asked for; granted: " + plain(strings.Join(granted, " ")))
	}
	if len(granted) == 0 && r.claims == nil {
		return pass("as asked for: " + strings.Join(asked, " ")) // RFC 6749 section 5.1: left out where nothing differs
	}
	missing := slices.DeleteFunc(slices.Clone(asked), func(s string) bool { return slices.Contains(granted, s) })
	if len(missing) == 0 {
		return pass(plain(strings.Join(granted, " ")))
	}
	cause := "the server publishes scopes that the API or its grant does not have"
	if r.o.Scope != "" {
		cause = "the scopes that --scope names are not all on the API and its grant"
	}
	return fail("not granted: "+strings.Join(missing, " "), strings.Join(asked, " "), cause, r.setup(scopeFlags(missing)...))
}

// checkRotation uses the refresh token. A public client's must be replaced each time (RFC 9700 section 2.2.2).
func (r *run) checkRotation(ctx context.Context) finding {
	const want = "a new access token and a new refresh token"
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {r.token.Refresh}, "resource": {r.indicator}}
	got, answer, err := r.exchange(ctx, form)
	switch {
	case err != nil:
		cause, hint := r.trouble("the token endpoint", err)
		return fail(reason(err), want, cause, hint)
	case got == nil:
		return r.refusal(answer).fail(answer.described(), want)
	}
	old := r.token.Refresh
	rotated := got.Refresh != "" && got.Refresh != old
	if got.Refresh == "" {
		got.Refresh = old
	}
	r.token.Refresh = got.Refresh // what is revoked at the end
	if !rotated && r.client.method == "none" {
		return fail("the same refresh token goes on", want, "a stolen refresh token of a public client stays good, and nobody notices", "let refresh tokens rotate")
	}
	if !rotated {
		return pass("a new access token; a confidential client's refresh token may stay")
	}
	return pass(want)
}

// revoke ends what the logins began (RFC 7009). Whether it works is nobody's check: the tokens end by themselves too.
func (r *run) revoke(ctx context.Context) {
	if r.server == nil || !secure(r.server.RevocationEndpoint) {
		return
	}
	tokens := r.spare
	if r.token != nil {
		tokens = append(tokens, r.token.Refresh)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), min(r.o.Timeout, 5*time.Second))
	defer cancel()
	r.wire.begin("refresh.revoke")
	for _, token := range tokens {
		if token != "" {
			_, _ = r.asClient(ctx, r.server.RevocationEndpoint, url.Values{"token": {token}, "token_type_hint": {"refresh_token"}})
		}
	}
}
