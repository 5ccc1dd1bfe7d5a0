package sandbox

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"
)

// pages are all that a person sees of the tenant. The templates escape whatever a client or a person sent.
var pages = template.Must(template.New("").Parse(`
{{define "top"}}<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.}}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#1e212a;background:#f6f7f9}
main{background:#fff;border:1px solid #d9dce1;border-radius:8px;padding:1.5rem}label{display:block;margin:.75rem 0 .25rem}
input,select{width:100%;box-sizing:border-box;font:inherit;padding:.5rem}button{font:inherit;margin:1rem .5rem 0 0;padding:.5rem 1rem}
code,pre{overflow-wrap:anywhere;white-space:pre-wrap}</style></head><body><main><h1>{{.}}</h1>{{end}}

{{define "login"}}{{template "top" "Welcome"}}
<p>Log in to continue to <strong>{{.Client}}</strong>.</p>
{{with .Problem}}<p role="alert">{{.}}</p>{{end}}
<form method="post" action="/u/login">
<input type="hidden" name="state" value="{{.State}}">
<label for="connection">Connection</label>
<select id="connection" name="connection">{{range .Connections}}<option>{{.}}</option>{{end}}</select>
<label for="username">Email address</label>
<input id="username" name="username" type="email" value="{{.Hint}}" autocomplete="off" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="off" required>
<button type="submit">Continue</button>
</form>
<p><small>A sandbox: any address and any password will do, except the password <code>wrong</code>. Don't type a real one.</small></p>
</main></body></html>{{end}}

{{define "consent"}}{{template "top" "Authorize App"}}
<p>Hi {{.Person}}, <strong>{{.Client}}</strong> is requesting access{{with .API}} to <strong>{{.}}</strong>{{end}}.</p>
<ul>{{range .Scopes}}<li><code>{{.}}</code></li>{{else}}<li>No permissions</li>{{end}}</ul>
<p><small>You will be sent to <code>{{.Redirect}}</code></small></p>
<form method="post" action="/u/consent">
<input type="hidden" name="state" value="{{.State}}">
<button type="submit" name="action" value="accept">Accept</button>
<button type="submit" name="action" value="deny">Decline</button>
</form>
</main></body></html>{{end}}

{{define "answer"}}{{template "top" "Back to the application"}}
<form method="post" action="{{.To}}">
{{range $name, $values := .Answer}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">
{{end}}{{end}}<button type="submit">Continue</button>
</form>
<script>` + submitScript + `</script>
</main></body></html>{{end}}

{{define "error"}}{{template "top" "Oops!, something went wrong"}}
<p>There could be a misconfiguration in the system or a service outage.</p>
<h2>Technical details</h2>
<pre id="details">{{.Code}}: {{.Text}}</pre>
</main></body></html>{{end}}
`))

// submitScript is the only script that a page may run.
const submitScript = "document.forms[0].submit()"

var pagePolicy = func() string {
	sum := sha256.Sum256([]byte(submitScript))
	return "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; base-uri 'none'; frame-ancestors 'none'"
}()

// showPage writes a page that runs no other script, loads nothing and stands in no frame.
func showPage(w http.ResponseWriter, status int, name string, data any) {
	var b strings.Builder
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(b.String()))
}

// showError is Auth0's error page: the error and its description stand under the technical details.
func showError(w http.ResponseWriter, d *denial) {
	showPage(w, d.status, "error", struct{ Code, Text string }{d.code, d.description})
}
