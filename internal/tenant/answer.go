package tenant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"strings"
)

// maxAnswer is how much of an answer is read, in bytes: far more than Auth0 sends, far less than would hurt.
const maxAnswer = 16 << 20

// answerError is an answer that can't be Auth0's: a proxy's page, say.
type answerError struct {
	status int
	what   string // it may hold what a server repeated: it is shown by way of excerpt alone
}

func (e *answerError) Error() string { return e.what }

// buffer reads the whole answer.
func buffer(resp *http.Response) error {
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return &tornError{err}
	}
	if len(content) > maxAnswer {
		return &answerError{status: resp.StatusCode, what: fmt.Sprintf("an answer of more than %d MiB", maxAnswer>>20)}
	}
	resp.Body = io.NopCloser(bytes.NewReader(content))
	resp.ContentLength = int64(len(content))
	return nil
}

// checkAnswer refuses a redirect, since Auth0 sends none here and credentials must not follow it, and a success that isn't
// JSON: a page of a proxy or a portal, which must not be taken for the tenant.
func checkAnswer(resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code >= 300 && code <= 399:
		return &answerError{status: code, what: "a redirect to " + target(resp) + ", which is not followed"}
	case code < 200 || code > 299 || code == http.StatusNoContent:
		return nil
	}
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(content))
	if json.Valid(content) {
		return nil
	}
	return &answerError{status: resp.StatusCode, what: "the answer is not JSON" + butPage(content)}
}

// target is where a redirect leads, without its path and query: they may hold what is nobody's business.
func target(resp *http.Response) string {
	to, err := resp.Location()
	if err != nil || to.Host == "" {
		return "no address"
	}
	return to.Scheme + "://" + to.Host
}

var pageTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)

// butPage tells of a page that came instead, by its title; empty where it is none.
func butPage(content []byte) string {
	if title := pageTitle.FindSubmatch(content); title != nil {
		return ", but a page: " + html.UnescapeString(string(title[1]))
	}
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("<")) {
		return ", but a page"
	}
	return ""
}

// misread says which member of an answer is of another type than Auth0's. The SDK's own words are of its insides, and may
// quote the answer.
func misread(err error) *answerError {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) || wrong.Field == "" {
		return &answerError{what: "the answer is not in a form that Auth0 documents"}
	}
	is, _, _ := strings.Cut(wrong.Value, " ") // a number comes with its value
	return &answerError{what: fmt.Sprintf("the answer holds %s as %s, where Auth0 has %s", withArticle(is), wrong.Field, withArticle(jsonType(wrong.Type.Kind())))}
}

func jsonType(kind reflect.Kind) string {
	switch kind {
	case reflect.Bool, reflect.String:
		return kind.String()
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	default:
		return "number"
	}
}

func withArticle(jsonType string) string {
	switch jsonType {
	case "array", "object":
		return "an " + jsonType
	case "bool":
		return "a boolean"
	}
	return "a " + jsonType
}
