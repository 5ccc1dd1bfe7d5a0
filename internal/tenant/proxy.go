package tenant

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ProxyError is a failure at a proxy, or on a way through one: the tenant itself may be well.
type ProxyError struct {
	Host   string // the proxy's, with its port and without user name and password
	Status int    // of its refusal to connect to the tenant; 0 where it gave none
	Err    error
}

func (e *ProxyError) Error() string {
	var dial *net.OpError
	switch {
	case e.Status != 0:
		return strings.TrimSpace(fmt.Sprintf("the proxy %s refused to connect: %d %s", e.Host, e.Status, http.StatusText(e.Status)))
	case errors.As(e.Err, &dial) && dial.Op == proxyDial:
		return fmt.Sprintf("the proxy %s can't be reached: %s", e.Host, plainly(dial.Err))
	}
	return fmt.Sprintf("through the proxy %s: %s", e.Host, plainly(e.Err))
}

func (e *ProxyError) Unwrap() error { return e.Err }

// Refusal is the status with which the proxy refused to connect, 0 where it did not.
func (e *ProxyError) Refusal() int { return e.Status }

// proxyDial and socksDial are what net/http calls connecting to a proxy, and through one of the kind SOCKS.
const proxyDial, socksDial = "proxyconnect", "socks connect"

// proxyRefusal keeps a proxy's refusal from becoming an error that names no proxy. It is called for each answer to a CONNECT.
func proxyRefusal(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{Host: proxy.Host, Status: resp.StatusCode}
}

// throughProxy names the proxy in the error of a request that went by one.
func throughProxy(req *http.Request, err error) error {
	var named *ProxyError
	proxy, _ := http.ProxyFromEnvironment(req)
	if proxy == nil || errors.As(err, &named) {
		return err
	}
	return &ProxyError{Host: proxy.Host, Err: err}
}
