package sandbox

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// idForms are the forms of Auth0's ids by their prefix.
var idForms = regexp.MustCompile(`^(con_\w{16}|cgr_\w{16}|tpc_\w{22}|[0-9a-f]{24}|\w{32})$`)

// TestRecordedAnswers replays the fixtures in their order: each answer must have the recorded status, keys and types,
// and an error the recorded text.
func TestRecordedAnswers(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "recordings", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	tenant := newTenant(t, Options{})
	ids := map[string]string{} // recorded id → the sandbox's
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Request struct {
				Method, Path string
				Body         json.RawMessage
			}
			Response struct {
				Status int
				Body   any
			}
		}
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		path := strings.TrimPrefix(f.Request.Path, "/api/v2/")
		for recorded, own := range ids {
			path = strings.ReplaceAll(path, recorded, own)
		}
		name := filepath.Base(file)
		status, _, body := request(t, tenant, f.Request.Method, path, strings.TrimPrefix(string(f.Request.Body), "null"))
		if status != f.Response.Status {
			t.Errorf("%s: %d, recorded %d: %v", name, status, f.Response.Status, body)
		}
		sameShape(t, name, f.Response.Body, body, ids)
		if want := message(f.Response.Body); want != message(body) {
			t.Errorf("%s: message %q, recorded %q", name, message(body), want)
		}
	}
}

func sameShape(t *testing.T, at string, want, got any, ids map[string]string) {
	t.Helper()
	switch w := want.(type) {
	case object:
		g, isObject := got.(object)
		if !isObject {
			t.Errorf("%s: %T, recorded an object", at, got)
			return
		}
		for k := range g {
			if _, recorded := w[k]; !recorded {
				t.Errorf("%s.%s is not in the recording", at, k)
			}
		}
		for k, v := range w {
			if _, there := g[k]; !there {
				t.Errorf("%s.%s is missing", at, k)
				continue
			}
			if own, isText := g[k].(string); isText && (k == "id" || k == "client_id") && idForms.MatchString(text(w, k)) {
				if !idForms.MatchString(own) || len(own) != len(text(w, k)) {
					t.Errorf("%s.%s has the form of %q", at, k, own)
				}
				ids[text(w, k)] = own
			}
			sameShape(t, at+"."+k, v, g[k], ids)
		}
	case []any:
		g, isArray := got.([]any)
		if !isArray {
			t.Errorf("%s: %T, recorded an array", at, got)
			return
		}
		if len(w) > 0 && len(g) > 0 {
			sameShape(t, at+"[0]", w[0], g[0], ids)
		}
	default:
		if kindName(want) != kindName(got) {
			t.Errorf("%s: %s, recorded %s", at, kindName(got), kindName(want))
		}
	}
}

func kindName(v any) string {
	if _, isNumber := v.(float64); isNumber {
		return "number"
	}
	return kindOf(v)
}
