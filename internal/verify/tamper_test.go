package verify_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// tamper changes answers on their way, where neither sandbox nor gateway can be made to give them.
type tamper func(req *http.Request, resp *http.Response)

func (f tamper) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
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

// edit changes the JSON that a path answers.
func edit(path string, change func(object)) func(*world) http.RoundTripper {
	return through(func(req *http.Request, resp *http.Response) {
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
	})
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
