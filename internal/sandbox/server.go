package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// Listen says where a server listens.
type Listen struct {
	Addr string // a loopback address; the default is "127.0.0.1:0", any free port
	TLS  bool   // serve HTTPS, with HTTP/2, from a certificate authority of its own
}

// Server is a tenant that is being served.
type Server struct {
	URL    string // http(s)://localhost:PORT
	CAPEM  []byte // the certificate authority's certificate, with TLS
	Tenant *Tenant

	http        *http.Server
	host        string
	secure      bool
	connections atomic.Int64
	stopWatch   func() bool
}

// ListenError is an address that the sandbox will not or cannot listen on.
type ListenError struct {
	Addr string
	Err  error
}

func (e *ListenError) Error() string {
	return fmt.Sprintf("sandbox cannot listen on %q: %v", e.Addr, e.Err)
}
func (e *ListenError) Unwrap() error { return e.Err }

// windowsTaken is WSAEADDRINUSE, which Windows answers: syscall.EADDRINUSE is a number there that no system call gives.
const windowsTaken = syscall.Errno(10048)

// PortTaken tells whether another program has the port that was to be listened on.
func PortTaken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, windowsTaken)
}

var errNotLoopback = errors.New("the address is not on loopback, use 127.0.0.1:PORT")

// Start serves a new tenant until Close, or until the context ends. Errors are *ListenError and those of New.
func Start(ctx context.Context, o Options, l Listen) (*Server, error) {
	listeners, port, err := listen(ctx, l.Addr)
	if err != nil {
		return nil, err
	}
	s := &Server{host: net.JoinHostPort("localhost", strconv.Itoa(port)), secure: l.TLS}
	s.URL = "http://" + s.host
	var config *tls.Config
	if l.TLS {
		s.URL = "https://" + s.host
		config, s.CAPEM, err = newAuthority(time.Now())
	}
	if err == nil {
		s.Tenant, err = New(o, s.URL)
	}
	if err != nil {
		for _, one := range listeners {
			_ = one.Close()
		}
		return nil, err
	}
	s.serve(listeners, config)
	s.stopWatch = context.AfterFunc(ctx, func() { _ = s.end() }) // not Close, which reads stopWatch
	return s, nil
}

func (s *Server) serve(listeners []net.Listener, config *tls.Config) {
	s.http = &http.Server{
		Handler: s.Tenant, TLSConfig: config,
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
		ErrorLog:       quiet,
		ConnState: func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				s.connections.Add(1)
			}
		},
	}
	for _, l := range listeners {
		go func() {
			if config != nil {
				_ = s.http.ServeTLS(l, "", "")
				return
			}
			_ = s.http.Serve(l)
		}()
	}
}

// tries is how often another free port is looked for, where the one that the system chose is free on one address alone.
const tries = 10

// listen opens the port on 127.0.0.1 and, where there is one, on ::1: "localhost" may mean either. So a port that another
// program has on one of them is taken.
func listen(ctx context.Context, addr string) ([]net.Listener, int, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, 0, &ListenError{addr, err}
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, 0, &ListenError{addr, errNotLoopback}
	}
	for range tries {
		var listeners []net.Listener
		if listeners, err = listenOnBoth(ctx, addr); err == nil {
			local, _ := listeners[0].Addr().(*net.TCPAddr)
			return listeners, local.Port, nil
		}
		if port != "0" || !PortTaken(err) {
			break
		}
	}
	return nil, 0, &ListenError{addr, err}
}

func listenOnBoth(ctx context.Context, addr string) ([]net.Listener, error) {
	var config net.ListenConfig
	first, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	local, _ := first.Addr().(*net.TCPAddr)
	other := "::1"
	if local.IP.To4() == nil {
		other = "127.0.0.1"
	}
	second, err := config.Listen(ctx, "tcp", net.JoinHostPort(other, strconv.Itoa(local.Port)))
	switch {
	case err == nil:
		return []net.Listener{first, second}, nil
	case PortTaken(err):
		return nil, errors.Join(err, first.Close())
	}
	return []net.Listener{first}, nil // the machine has no such address
}

// Env are the sorted KEY=VALUE lines that point Auth0's tools, and others, at this server.
func (s *Server) Env() []string {
	id, secret := s.Tenant.Credentials()
	domain := s.URL
	if s.secure {
		domain = s.host
	}
	return []string{"AUTH0_CLIENT_ID=" + id, "AUTH0_CLIENT_SECRET=" + secret, "AUTH0_DOMAIN=" + domain}
}

// Connections is how many connections were accepted so far.
func (s *Server) Connections() int { return int(s.connections.Load()) }

// Close ends all connections, answers that hang included.
func (s *Server) Close() error {
	if s.stopWatch != nil {
		s.stopWatch()
	}
	return s.end()
}

func (s *Server) end() error {
	s.Tenant.shutdown()
	return s.http.Close()
}
