package cmd

import (
	"crypto/tls"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/journal"
	"github.com/mcpauth-cli/mcpauth/internal/sandbox"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// What is to be done about a record depends on why it can't be kept.
func TestRecordHints(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&journal.WriteError{Err: journal.ErrElsewhere, Begun: true}, "let that run end"},
		{&journal.WriteError{Err: fs.ErrPermission, Begun: true}, "make room or mend the folder, then"},
		{&journal.WriteError{Err: fs.ErrPermission}, "nothing was changed"},
		{&journal.BrokenError{Err: fs.ErrInvalid}, "by hand"},
	} {
		if got := recordHint(c.err); !strings.Contains(got, c.want) {
			t.Errorf("%v: %s", c.err, got)
		}
	}
}

// What is to be done about a request depends on what answered it, if anything did.
func TestRequestHints(t *testing.T) {
	for _, c := range []struct {
		err  tenant.RequestError
		want string
	}{
		{tenant.RequestError{Status: 404, Foreign: true}, "check the domain and the network"},
		{tenant.RequestError{Foreign: true}, "may have answered in its place"},
		{tenant.RequestError{Status: 502, Foreign: true}, "in a while"},
		{tenant.RequestError{Status: 429}, "run again in a while:"},
		{tenant.RequestError{Status: 429, Asked: time.Hour}, "run again in 1h:"},
		{tenant.RequestError{Status: 503, Asked: 119*time.Second + 1}, "run again in 2m:"},
		{tenant.RequestError{Status: 503, Asked: 40*time.Second - 1}, "run again in 40s:"},
		{tenant.RequestError{Status: 400}, "--debug"},
		{tenant.RequestError{Err: &tenant.ProxyError{Host: "proxy.example", Err: &tls.CertificateVerificationError{Err: io.EOF}}}, "--ca-file"},
		{tenant.RequestError{Err: &tenant.NoTLSError{Host: "localhost:9400"}}, "write http://localhost:9400:"},
		{tenant.RequestError{Err: &tenant.NoTLSError{Host: "tenant.example:80"}}, "always reached by https"},
		{tenant.RequestError{}, "check the network and the domain"},
	} {
		if got := judge(&c.err); !strings.Contains(got.hint, c.want) || got.exit != exitFailure {
			t.Errorf("%v: %s", &c.err, got.hint)
		}
	}
}

// A trace shows what was sent: it helps nobody whose disk is full.
func TestHintsOfThisMachine(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&localError{syscall.ENOSPC, "make room"}, "make room"},
		{(&app{}).sandboxError(&sandbox.ListenError{Addr: "127.0.0.1:80", Err: fs.ErrPermission}, sandboxOptions{port: 80}), "choose another with --port"},
		{fmt.Errorf("report r.html: %w", &fs.PathError{Op: "open", Path: "r.html", Err: syscall.ENOSPC}), "mend the file or folder"},
	} {
		if v := judge(c.err); v.exit != exitFailure || !strings.HasPrefix(v.hint, c.want) {
			t.Errorf("%v: exit %d, %s", c.err, v.exit, v.hint)
		}
	}
}
