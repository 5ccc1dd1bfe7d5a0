package verify

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
)

//go:embed report.html.tmpl
var pageSource string

var page = template.Must(template.New("report").Funcs(template.FuncMap{
	"ms": func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Milliseconds()) },
}).Parse(pageSource))

// lane is a party of the sequence diagram.
type lane struct{ Name, Host string }

// message is an exchange in the diagram: from the client's lane, which is the first, to another.
type message struct {
	Exchange
	Lane  int // 1 is the first server
	Good  bool
	Label string
}

// WriteHTML writes the report as one self-contained page: the checks, then the sequence of what went over the wire. It runs
// no script and loads nothing.
func WriteHTML(w io.Writer, r Report) error {
	lanes, messages := r.sequence()
	counts := make([]string, 0, 5)
	for _, s := range []Status{Pass, Warn, Fail, Skip} {
		counts = append(counts, fmt.Sprintf("%d %s", r.Count(s), s))
	}
	if open := len(r.Open()); open > 0 {
		counts = append(counts, fmt.Sprintf("%d of these could not be made", open))
	}
	err := page.Execute(w, struct {
		Report
		Lanes    []lane
		Messages []message
		Summary  string
	}{r, lanes, messages, strings.Join(counts, " · ")})
	if err != nil {
		return fmt.Errorf("write the HTML report: %w", err)
	}
	return nil
}

// sequence is what went over the wire as a diagram. Of a check that failed the last answer is what it failed on.
func (r Report) sequence() ([]lane, []message) {
	lanes := []lane{{"mcpauth", "this client"}}
	messages := make([]message, 0, len(r.Exchanges))
	last := map[string]int{}
	for i, e := range r.Exchanges {
		at := slices.IndexFunc(lanes, func(l lane) bool { return l.Host == e.To })
		if at < 0 {
			at = len(lanes)
			lanes = append(lanes, lane{r.party(e.To), e.To})
		}
		messages = append(messages, message{e, at, e.Status > 0 && e.Status < 500, e.label()})
		last[e.Check] = i
	}
	for _, c := range r.Checks {
		if i, made := last[c.ID]; made && c.Status == Fail {
			messages[i].Good = false
		}
	}
	return lanes, messages
}

// label is the method and the path, and of MCP's messages what they ask for.
func (e Exchange) label() string {
	path, _, _ := strings.Cut(strings.TrimPrefix(e.URL, e.To), "?")
	var rpc struct {
		Version string `json:"jsonrpc"`
		Method  string `json:"method"`
	}
	if json.Unmarshal([]byte(e.Body), &rpc) == nil && rpc.Version != "" && rpc.Method != "" {
		return e.Method + " " + path + " " + rpc.Method
	}
	return e.Method + " " + path
}

// party names a server by its part in the login.
func (r Report) party(host string) string {
	switch {
	case strings.HasPrefix(strings.ToLower(r.URL)+"/", host+"/"):
		return "MCP server"
	case strings.HasPrefix(r.Issuer, host+"/") || r.Issuer == host:
		return "authorization server"
	}
	return "another server"
}
