package sandbox

import (
	"fmt"
	"net/http"
	"strings"
)

// apiError is a Management API error; its JSON form is Auth0's envelope.
type apiError struct {
	Status     int    `json:"statusCode"`
	Reason     string `json:"error"`
	Message    string `json:"message"`
	Code       string `json:"errorCode,omitempty"`
	Attributes object `json:"attributes,omitempty"`
}

func (e *apiError) Error() string { return fmt.Sprintf("%d %s", e.Status, e.Message) }

func newError(status int, code, format string, args ...any) *apiError {
	return &apiError{Status: status, Reason: http.StatusText(status), Message: fmt.Sprintf(format, args...), Code: code}
}

// unauthorized repeats the message in attributes, as the recorded answers do.
func unauthorized(message string) *apiError {
	e := newError(http.StatusUnauthorized, "", "%s", message)
	e.Attributes = object{"error": message}
	return e
}

func insufficientScope(scopes []string) *apiError {
	return newError(http.StatusForbidden, "insufficient_scope", "Insufficient scope, expected any of: %s", strings.Join(scopes, ", "))
}

func invalidBody(format string, args ...any) *apiError {
	return newError(http.StatusBadRequest, "invalid_body", format, args...)
}

func notFound(code, message string) *apiError {
	return newError(http.StatusNotFound, code, "%s", message)
}

func conflict(message string) *apiError {
	return newError(http.StatusConflict, "", "%s", message)
}

// tooManyEntities is the answer of a plan whose quota is used up, in the words that tenants reported in 2026.
func tooManyEntities() *apiError {
	return newError(http.StatusForbidden, "too_many_entities", "You reached the limit of entities of this type for this tenant.")
}

func globalLimit() *apiError {
	return newError(http.StatusTooManyRequests, "too_many_requests", "Global limit has been reached")
}
