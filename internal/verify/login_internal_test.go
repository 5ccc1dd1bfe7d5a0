package verify

import (
	"net/url"
	"testing"
)

// A program that logged in and then failed has logged in, whichever of both is seen first.
func TestAnswerBeforeFailure(t *testing.T) {
	for range 100 {
		answers, failed := make(chan url.Values, 1), make(chan error, 1)
		answers <- url.Values{"code": {"c"}}
		failed <- &BrowserError{}
		r := &run{o: Options{Unattended: true}}
		if answer, err := r.await(t.Context(), answers, failed, Login{}); err != nil || answer.Get("code") != "c" {
			t.Fatalf("%v, %v", answer, err)
		}
	}
}
