package cmd_test

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/mcpauth-cli/mcpauth/cmd"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
)

// Variables that tell the program under test to end as by kill -9 at a request: at its sending, or when the server has
// acted and the answer isn't read.
const (
	killBefore = "MCPAUTH_TEST_KILL_BEFORE"
	killAfter  = "MCPAUTH_TEST_KILL_AFTER"
)

// mortal is the process's Env, with the kill that one of the variables asks for.
func mortal(env cmd.Env) cmd.Env {
	wire := &striking{next: tenant.NewBase(nil)}
	die := func(http.RoundTripper, *http.Request) (*http.Response, error) {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Kill()
		}
		if err != nil {
			panic(err)
		}
		select {}
	}
	if at, err := strconv.ParseInt(env.Getenv(killBefore), 10, 64); err == nil {
		wire.index, wire.fault = at, die
		env.Transport = wire
	}
	if at, err := strconv.ParseInt(env.Getenv(killAfter), 10, 64); err == nil {
		wire.index = at
		wire.fault = func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if _, err := next.RoundTrip(req); err != nil {
				return nil, err
			}
			return die(next, req)
		}
		env.Transport = wire
	}
	return env
}

// runKilled runs a command as a process of its own, which is killed at a request.
func (w *world) runKilled(t *testing.T, variable string, index int64, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	command := exec.CommandContext(t.Context(), "mcpauth", append(args, "--timeout", "10s")...)
	command.Stdout, command.Stderr = &out, &errs
	command.Env = []string{"NO_PROXY=*", atOnce, variable + "=" + strconv.FormatInt(index, 10)}
	for name, value := range w.vars {
		command.Env = append(command.Env, name+"="+value)
	}
	err := command.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() >= 0 && exit.Exited() {
		t.Errorf("the run was to be killed at request %d, but ended with %v\n%s", index, err, errs.String())
	}
	return result{-1, out.String(), errs.String()}
}
