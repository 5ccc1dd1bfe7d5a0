package tenant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// maxAnswer is how much of an answer is read, in bytes: far more than Auth0 sends, far less than would hurt.
const maxAnswer = 16 << 20

// answerError is an answer that can't be Auth0's: a proxy's page, say.
type answerError struct {
	status int
	what   string
}

func (e *answerError) Error() string { return e.what }

// buffer reads the whole answer.
func buffer(resp *http.Response) error {
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	if len(content) > maxAnswer {
		return &answerError{status: resp.StatusCode, what: fmt.Sprintf("an answer of more than %d MiB", maxAnswer>>20)}
	}
	resp.Body = io.NopCloser(bytes.NewReader(content))
	resp.ContentLength = int64(len(content))
	return nil
}

// checkAnswer refuses a success that isn't JSON: a page of a proxy or a portal, which must not be taken for the tenant.
func checkAnswer(resp *http.Response) error {
	if resp.StatusCode < 200 || resp.StatusCode > 299 || resp.StatusCode == http.StatusNoContent {
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
	kind := resp.Header.Get("Content-Type")
	if kind == "" {
		kind = "no content type"
	}
	return &answerError{status: resp.StatusCode, what: fmt.Sprintf("the answer is not JSON (%s): something between here and Auth0 may have answered instead", kind)}
}
