package tenant

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"syscall"
)

// NoTLSError says that what answers does not speak TLS, as a sandbox without --tls.
type NoTLSError struct {
	Host string // with its port, as it stands in the domain
	Err  error
}

func (e *NoTLSError) Error() string { return e.Host + " does not speak TLS" }

func (e *NoTLSError) Unwrap() error { return e.Err }

// withoutTLS names the host in the error of a request to one that does not speak TLS. A proxy may be what doesn't.
func withoutTLS(req *http.Request, err error) error {
	var other tls.RecordHeaderError
	if errors.As(err, &other) && !unconnected(err) {
		return &NoTLSError{Host: req.URL.Host, Err: err}
	}
	return err
}

// tornError is an answer of which the end is missing.
type tornError struct{ err error }

func (e *tornError) Error() string { return "the answer broke off" }
func (e *tornError) Unwrap() error { return e.err }

// reason is why a request is sent again.
func reason(resp *http.Response, err error) string {
	switch {
	case err != nil:
		return plainly(err)
	case resp.StatusCode == http.StatusTooManyRequests:
		return RateLimit
	}
	return fmt.Sprintf("the answer was %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
}

// plainly says in plain words why no answer came: without the sockets and calls of this machine, and without the method and
// the address, which are said already.
func plainly(err error) string {
	var proxy *ProxyError
	var torn *tornError
	var unknown *net.DNSError
	var socket *net.OpError
	var sent *url.Error
	switch {
	case errors.As(err, &proxy):
		return proxy.Error()
	case errors.As(err, &torn):
		return torn.Error()
	case errors.As(err, &unknown) && unknown.IsNotFound:
		return "no host has the name " + unknown.Name
	case errors.As(err, &unknown):
		return fmt.Sprintf("looking up %s failed: %s", unknown.Name, unknown.Err)
	case hungUp(err):
		return "the connection was closed before an answer came"
	case errors.As(err, &socket) && socket.Op == "dial" && socket.Addr != nil && errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing listens at %s", socket.Addr)
	case errors.As(err, &socket) && socket.Op == "dial" && socket.Addr != nil:
		return fmt.Sprintf("no connection to %s: %v", socket.Addr, bare(socket.Err))
	case errors.As(err, &socket):
		return fmt.Sprintf("the connection failed: %v", bare(socket.Err))
	case errors.As(err, &sent):
		return sent.Err.Error()
	}
	return err.Error()
}

func hungUp(err error) bool {
	return slices.ContainsFunc([]error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE}, func(end error) bool { return errors.Is(err, end) })
}

// bare leaves out which call of the system failed.
func bare(err error) error {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err
	}
	return err
}
