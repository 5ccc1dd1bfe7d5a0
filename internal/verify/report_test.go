package verify_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

func portText(port int) string { return strconv.Itoa(port) }

// freePort is a port that was free a moment ago: the callback must be known before the client is registered.
func freePort(t testing.TB) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func serveDocument(t testing.TB, callback string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = json.NewEncoder(w).Encode(object{
			"client_id": "http://" + r.Host + "/client", "client_name": "mcpauth", "redirect_uris": []string{callback}, "application_type": "native",
			"grant_types": []string{"authorization_code", "refresh_token"}, "token_endpoint_auth_method": "none",
		})
	}))
	t.Cleanup(server.Close)
	return server.URL + "/client"
}

const nasty = "<script>alert(1)</script>\"'`]]>&\x1b[31m\u202e"

func nastyReport() verify.Report {
	return verify.Report{
		URL: "https://mcp.example/mcp", Issuer: "https://auth.example/", Started: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Took: 1500 * time.Millisecond,
		Checks: []verify.Check{
			{ID: "a", Title: "passes", Status: verify.Pass, Got: nasty},
			{ID: "b", Title: "fails", Status: verify.Fail, Got: nasty, Want: nasty, Spec: "RFC 1", Cause: nasty, Hint: nasty, Requests: []string{nasty}},
			{ID: "c", Title: "warns", Status: verify.Warn, Got: nasty},
			{ID: "d", Title: "is left out", Status: verify.Skip, Got: "no ground"},
			{ID: "e", Title: "is open", Status: verify.Skip, Got: "no way: " + nasty, Hint: "find one", Open: true},
		},
		Exchanges: []verify.Exchange{
			{
				Check: "a", To: "https://mcp.example", Method: "POST", URL: "https://mcp.example/mcp?x=" + nasty, Status: 401, Answer: nasty,
				Answered: []verify.Header{{Name: "Www-Authenticate", Value: nasty}},
			},
			{Check: "b", To: "https://auth.example", Method: "GET", URL: "https://auth.example/authorize", Error: nasty},
			{Check: "b", To: "https://auth.example", Method: "POST", URL: "https://auth.example/token", Status: 400, Body: `{"jsonrpc":"2.0","method":"tools/list"}`},
		},
		ClientID: nasty, Tools: []string{nasty},
	}
}

func TestHTML(t *testing.T) {
	var out bytes.Buffer
	if err := verify.WriteHTML(&out, nastyReport()); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	for _, bad := range []string{"<script", "http-equiv=\"refresh", "src=", "href=", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	for _, part := range []string{
		"Not ready", "1 pass · 1 warn · 1 fail · 2 skip · 1 of these could not be made", "MCP server", "authorization server", "POST /mcp", "--to:2", "&lt;script&gt;", "1500 ms",
		`<code class="id">b</code>`, "default-src 'none'", "POST /token tools/list", `<span class="s open">open</span> is open`,
		`<i class="fail">400`, // what a failed check failed on
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if opened, closed := strings.Count(page, "<details"), strings.Count(page, "</details>"); opened != closed || opened != 8 {
		t.Errorf("%d details opened, %d closed", opened, closed)
	}
}

func TestJUnit(t *testing.T) {
	var out bytes.Buffer
	if err := verify.WriteJUnit(&out, nastyReport()); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Suite struct {
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Skipped  int    `xml:"skipped,attr"`
			Time     string `xml:"time,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Text string `xml:",chardata"`
				} `xml:"failure"`
				Skipped *struct {
					Message string `xml:"message,attr"`
				} `xml:"skipped"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(out.Bytes(), &read); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	s := read.Suite
	if s.Tests != 5 || s.Failures != 1 || s.Skipped != 2 || s.Time != "1.500" || len(s.Cases) != 5 {
		t.Errorf("%+v", s)
	}
	if open := s.Cases[4].Skipped; open == nil || !strings.HasPrefix(open.Message, "could not be made: no way") {
		t.Errorf("%s", out.String())
	}
	if s.Cases[1].Failure == nil || !strings.Contains(s.Cases[1].Failure.Text, "spec: RFC 1") || s.Cases[3].Skipped == nil || s.Cases[2].Failure != nil {
		t.Errorf("%s", out.String())
	}
}

// TestRunReports writes the reports of a real run, and finds in them what went over the wire.
func TestRunReports(t *testing.T) {
	s := healthy()
	s.promote = false
	report, w := verified(t, s)
	var page, junit bytes.Buffer
	if err := verify.WriteHTML(&page, report); err != nil {
		t.Fatal(err)
	}
	if err := verify.WriteJUnit(&junit, report); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Not ready", "no connections enabled for the client", "mcpauth promote-connection", "/oidc/register", "code_challenge_method=S256"} {
		if !strings.Contains(page.String(), part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if !strings.Contains(junit.String(), "no connections enabled") {
		t.Errorf("%s", junit.String())
	}
	data, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var read verify.Report
	if err := json.Unmarshal(data, &read); err != nil || len(read.Exchanges) != len(report.Exchanges) || len(read.Exchanges) == 0 {
		t.Errorf("%v, %d exchanges", err, len(read.Exchanges))
	}
	reported := 0
	for _, e := range report.Exchanges {
		if strings.HasPrefix(w.gateway.URL, e.To+"/") {
			reported++
		}
	}
	if seen := len(w.gateway.Requests()); reported != seen {
		t.Errorf("%d exchanges with the MCP server are reported, it saw %d", reported, seen)
	}
}

func TestProgress(t *testing.T) {
	s := healthy()
	s.verify.Follow = false
	var lines []string
	s.verify.Progress = func(e verify.Event) { lines = append(lines, fmt.Sprintf("%s %t", e.Check.ID, e.Done)) }
	report, _ := verified(t, s)
	var want []string
	for _, c := range report.Checks {
		want = append(want, c.ID+" false", c.ID+" true")
	}
	if fmt.Sprint(lines) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", lines, want)
	}
}
