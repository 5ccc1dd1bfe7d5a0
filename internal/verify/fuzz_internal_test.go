package verify

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/mcpauth-cli/mcpauth/internal/trace"
)

// FuzzText: whatever a server answers, what is repeated of it is short and obeyed by no terminal.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"<p>a\x1b[31m", `{"error":"x","error_description":"\u001b]0;y"}`, "<script>x", "<title>\x9b</title>", "&#27;[0m", strings.Repeat("ä", 1000)} {
		f.Add("text/html", seed)
		f.Add("application/json", seed)
	}
	f.Fuzz(func(t *testing.T, kind, body string) {
		a := &reply{status: 400, header: http.Header{"Content-Type": {kind}}, body: []byte(body)}
		for _, text := range []string{a.text(), title(a.body)} {
			if len([]rune(text)) > 6*mostText+10 {
				t.Errorf("%d characters", len([]rune(text)))
			}
			for _, c := range text {
				if unicode.IsControl(c) {
					t.Errorf("%q holds %U", text, c)
				}
			}
		}
	})
}

// FuzzBody: a token is masked wherever in a JSON body it stands, also when the body is cut.
func FuzzBody(f *testing.F) {
	f.Add("a-secret-token", "{}", 10)
	f.Add(`with "quotes"`, `{"a":[1,2]}`, 40)
	f.Fuzz(func(t *testing.T, token, rest string, cut int) {
		token = "canary" + token
		quoted, err := json.Marshal(token)
		if err != nil {
			t.Skip("no JSON string holds this token")
		}
		body := []byte(`{"x":` + rest + `,"access_token":` + string(quoted) + `}`)
		if cut > 0 && cut < len(body) {
			body = body[:cut]
		}
		if bytes.Count(body, []byte("canary")) > 1 || strings.Contains(rest, "canary") {
			t.Skip("the canary stands outside the token too, where nothing is to be masked")
		}
		w := &wire{secrets: &trace.Secrets{}}
		if shown := w.body("application/json", body); strings.Contains(shown, "canary") {
			t.Errorf("%s is shown as %s", body, shown)
		}
	})
}
