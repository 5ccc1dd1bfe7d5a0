package verify

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"slices"
	"syscall"
	"time"
)

// DocumentError is an answer that is not the JSON document that was asked for.
type DocumentError struct {
	Status int
	Why    string // empty where the status says it all
	page   bool   // a page for people
	mend   string // what makes a document right that holds another type than it has to
}

func (e *DocumentError) Error() string {
	if e.Why == "" {
		return statusText(e.Status)
	}
	return statusText(e.Status) + ", but " + e.Why
}

// absent tells that there is nothing at an address, as opposed to something that goes wrong there.
func absent(err error) bool {
	var answer *DocumentError
	return errors.As(err, &answer) && (answer.Status == http.StatusNotFound || answer.Status == http.StatusMethodNotAllowed || answer.Status == http.StatusGone)
}

// readDocument reads an answer into a value.
func readDocument(answer *reply, into any) error {
	if answer.status != http.StatusOK {
		return &DocumentError{Status: answer.status}
	}
	var syntax *json.SyntaxError
	var other *json.UnmarshalTypeError
	err := json.Unmarshal(answer.body, into)
	if err == nil && string(bytes.TrimSpace(answer.body)) == "null" { // which fits any type
		err = &json.UnmarshalTypeError{Value: "null", Type: reflect.TypeOf(into).Elem()}
	}
	switch {
	case errors.As(err, &syntax) && answer.isHTML():
		return &DocumentError{Status: answer.status, Why: "a web page: " + answer.text(), page: true}
	case errors.As(err, &syntax) && len(answer.body) == 0:
		return &DocumentError{Status: answer.status, Why: "empty"}
	case errors.As(err, &syntax):
		return &DocumentError{Status: answer.status, Why: "not valid JSON: " + answer.text()}
	case errors.As(err, &other):
		what, mend := mistyped(other)
		return &DocumentError{Status: answer.status, Why: what, mend: mend}
	case err != nil:
		return &DocumentError{Status: answer.status, Why: "not the JSON that is wanted: " + err.Error()}
	}
	return nil
}

// trouble is why something that is needed did not come, and what may mend that. What is wanted is named in words.
func (r *run) trouble(what string, err error) (cause, hint string) {
	var answer *DocumentError
	if errors.As(err, &answer) {
		return answer.trouble(what)
	}
	for _, t := range troubles {
		if t.is(err) {
			return fmt.Sprintf(t.cause, what), t.hint(r)
		}
	}
	return what + " can't be reached", r.again(nil)
}

func (e *DocumentError) trouble(what string) (cause, hint string) {
	switch {
	case e.page:
		return "a web page answers in the place of " + what + ": an application or a portal answers every path",
			"give the address of " + what + " a route of its own, before the one that catches all"
	case e.mend != "":
		return "clients refuse the whole of " + what + ": " + e.Why, e.mend
	case e.Status == http.StatusOK:
		return what + " is damaged, or something else answers in its place", "serve a JSON object there"
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return what + " is itself protected, and clients read it before they log in", "serve it to everyone: take the authentication off its route"
	case e.Status == http.StatusTooManyRequests:
		return limited, waiting
	case e.Status >= http.StatusInternalServerError:
		return "the server fails where it should give " + what, "look into the server's log, or that of the gateway before it"
	case e.Status >= 300 && e.Status < 400:
		return "the server sends clients elsewhere for " + what + ", and many don't follow", "answer at this very address"
	}
	return "there is nothing at the address of " + what, "serve it there"
}

// What is to be said of a server that answers 429.
const (
	limited = "the server limits how often it is asked"
	waiting = "wait a minute, then run this again"
)

// timedOut tells whether time ran out, wherever that was noticed.
func timedOut(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// transportTrouble is a way in which no answer comes.
type transportTrouble struct {
	is    func(error) bool
	cause string // with %s for what was wanted
	hint  func(*run) string
}

func as[E error](err error) bool {
	var want E
	return errors.As(err, &want)
}

func certificate(reasons ...x509.InvalidReason) func(error) bool {
	return func(err error) bool {
		var invalid x509.CertificateInvalidError
		return errors.As(err, &invalid) && (len(reasons) == 0 || slices.Contains(reasons, invalid.Reason))
	}
}

// proxyRefusal is how a transport says that a proxy refused to connect, and with which status.
type proxyRefusal interface {
	error
	Refusal() int
}

func refusedByProxy(statuses ...int) func(error) bool {
	return func(err error) bool {
		var refusal proxyRefusal
		return errors.As(err, &refusal) && refusal.Refusal() != 0 && (len(statuses) == 0 || slices.Contains(statuses, refusal.Refusal()))
	}
}

func advice(text string) func(*run) string { return func(*run) string { return text } }

// troubles are looked through in order.
var troubles = []transportTrouble{
	{as[*TiredError], "%s is at a server that let an earlier check's time pass", (*run).patiently},
	{timedOut, "the server is slow or silent where %s is wanted, or something on the way there (a firewall, a proxy) drops the request", (*run).patiently},
	{as[*AddressError], "%s is named at an address that is not on the internet: clients elsewhere find nothing there, and metadata that points into a network may be an attack on it", advice("name a public https address; for a server on this machine verify it by its loopback address")},
	{func(err error) bool { return errors.Is(err, errTooLong) }, "what comes in the place of %s is far longer than any such answer, or has no end", advice("look at what answers at this address: a file, a stream, another route")},
	{as[*RedirectError], "redirects lead in a circle, or on and on, where %s is wanted", advice("answer at the address itself, without redirects")},
	{func(err error) bool { return errors.Is(err, errScheme) }, "the server sends clients to an address that is not of the web, where %s is wanted", advice("answer at the address itself, without redirects")},
	{as[x509.UnknownAuthorityError], "the certificate of the server that has %s is signed by an authority that this machine does not trust: a private one, none at all, or the server leaves out the certificates between", advice("serve the whole chain of certificates; for a private authority name its certificate with --ca-file FILE")},
	{as[x509.HostnameError], "the certificate of the server that has %s is for another host name", advice("use the name that stands in the certificate, or get one for this name")},
	{certificate(x509.Expired), "the certificate of the server that has %s has expired, or is not valid yet", advice("renew the certificate; is this machine's clock right?")},
	{certificate(), "the certificate of the server that has %s can't be used", advice("replace the certificate")},
	{func(err error) bool { return as[tls.RecordHeaderError](err) || errors.Is(err, http.ErrSchemeMismatch) }, "the server that has %s does not speak TLS on this port", advice("use the port that serves https")},
	{as[tls.AlertError], "the server that has %s breaks off the TLS handshake", advice("let the server speak TLS 1.2 or newer with usual ciphers, and ask for no client certificate")},
	{func(err error) bool {
		var dial *net.OpError
		return errors.As(err, &dial) && dial.Op == "proxyconnect"
	}, "the proxy on the way to the server that has %s can't be reached", advice("check the proxy, which HTTPS_PROXY or HTTP_PROXY names; NO_PROXY names hosts that are reached without it")},
	{refusedByProxy(http.StatusProxyAuthRequired), "the proxy on the way to the server that has %s wants a user name and a password, or others than it got", advice("put them into HTTPS_PROXY, as http://USER:PASSWORD@HOST:PORT; NO_PROXY names hosts that are reached without the proxy")},
	{refusedByProxy(), "the proxy on the way to the server that has %s doesn't connect to it", advice("have the proxy, which HTTPS_PROXY names, let requests through to that server; NO_PROXY names hosts that are reached without it")},
	{as[*net.DNSError], "the host name of the server that has %s is not known", advice("check the host name's spelling, and its DNS entry")},
	{func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }, "nothing listens at the address of %s", advice("start the server; check host and port")},
	{func(err error) bool {
		return as[*HangUpError](err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET)
	}, "the server breaks the connection off, or does not speak HTTP, where %s is wanted", advice("try again; if it stays so, check host and port (is it https, is it HTTP at all?) and the server's log")},
}

// patiently is this run with more time.
func (r *run) patiently() string {
	return r.again(func(o *Options) { o.Timeout = max(time.Minute, 4*o.Timeout) })
}
