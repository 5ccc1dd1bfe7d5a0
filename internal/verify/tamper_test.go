package verify_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// tamper changes answers on their way, where neither sandbox nor gateway can be made to give them.
type tamper func(req *http.Request, resp *http.Response)

func (f tamper) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		sent, _ = io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		req.Body = io.NopCloser(bytes.NewReader(sent))
		f(req, resp)
	}
	return resp, err
}

func through(f tamper) func(*world) http.RoundTripper {
	return func(*world) http.RoundTripper { return f }
}

// replace puts another answer in the place of what came.
func replace(resp *http.Response, status int, contentType, body string) {
	_ = resp.Body.Close()
	resp.StatusCode, resp.Status = status, ""
	resp.Header.Set("Content-Type", contentType)
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	resp.ContentLength = int64(len(body))
	resp.Body = io.NopCloser(strings.NewReader(body))
}

// rewritten changes requests on their way.
func rewritten(next http.RoundTripper, change func(*http.Request)) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		req = req.Clone(req.Context())
		change(req)
		return next.RoundTrip(req)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// sent is what a request carried.
func sent(req *http.Request) []byte {
	body, _ := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

// listsTools tells whether a message of MCP asks for the tools.
func listsTools(req *http.Request) bool {
	return bytes.Contains(sent(req), []byte(`"method":"tools/list"`))
}

// messageID is the id that the answer to a message must bear.
func messageID(req *http.Request) string {
	var message struct {
		ID json.RawMessage `json:"id"`
	}
	_ = json.Unmarshal(sent(req), &message)
	return string(message.ID)
}

// claimsIn is what the token of a request says, where it can be read.
func claimsIn(req *http.Request) []byte { return payloadOf(req.Header.Get("Authorization")) }

func payloadOf(token string) []byte {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	return payload
}

// edit changes the JSON that a path answers.
func edit(path string, change func(object)) func(*world) http.RoundTripper {
	return through(editing(path, change))
}

func editing(path string, change func(object)) tamper {
	return func(req *http.Request, resp *http.Response) {
		if !strings.HasPrefix(req.URL.Path, path) {
			return
		}
		var body object
		data, err := io.ReadAll(resp.Body)
		if err != nil || json.Unmarshal(data, &body) != nil {
			resp.Body = io.NopCloser(bytes.NewReader(data))
			return
		}
		change(body)
		data, _ = json.Marshal(body)
		replace(resp, resp.StatusCode, "application/json", string(data))
	}
}

// answering gives another answer for a path.
func answering(method, path string, status int, body string) func(*world) http.RoundTripper {
	return through(func(req *http.Request, resp *http.Response) {
		if req.Method == method && req.URL.Path == path {
			replace(resp, status, "application/json", body)
		}
	})
}

const (
	resourcePath = "/.well-known/oauth-protected-resource"
	serverPath   = "/.well-known/o" // both documents of the authorization server
	asPath       = "/.well-known/oauth-authorization-server"
)
