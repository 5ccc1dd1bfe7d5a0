package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/mcpauth-cli/mcpauth/internal/atomicfile"
	"github.com/mcpauth-cli/mcpauth/internal/tenant"
	"github.com/mcpauth-cli/mcpauth/internal/view"
)

// credentialNames are what may sign in to another tenant: none of the caller's reach the sandbox.
var credentialNames = []string{tenant.EnvDomain, tenant.EnvToken, tenant.EnvClientID, tenant.EnvClientSecret, tenant.EnvPrivateKey, tenant.EnvAlgorithm, tenant.EnvAudience, envVerifySecret, envContext}

// runIn runs a command with the sandbox's variables set, and carries its exit code.
func (a *app) runIn(ctx context.Context, env, command []string) error {
	program, err := exec.LookPath(command[0])
	if err != nil && command[0] == "mcpauth" {
		program, err = a.env.Executable()
	}
	if err != nil {
		return unrunnable(command[0], err)
	}
	child := exec.CommandContext(ctx, program, command[1:]...) // #nosec G204 -- running it is what was asked for
	child.Stdin, child.Stdout, child.Stderr = a.env.In, a.env.Out, a.env.Err
	child.Env = append(slices.DeleteFunc(a.env.Environ(), func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.Contains(credentialNames, name)
	}), env...)
	child.Cancel = func() error { return child.Process.Signal(os.Interrupt) }
	child.WaitDelay = 5 * time.Second
	err = child.Run()
	if child.Process == nil && ctx.Err() == nil {
		return unrunnable(command[0], err)
	}
	var exit *exec.ExitError
	a.done = err == nil || errors.As(err, &exit) // what the command printed is the result
	switch {
	case err == nil:
		return nil
	case exit != nil && exit.Exited():
		return childError{exit.ExitCode()}
	case ctx.Err() != nil:
		return childError{exitInterrupted}
	case exit != nil:
		return childError{killed(exit)}
	}
	return fmt.Errorf("running %s: %s", view.Clean(command[0]), err.Error())
}

func unrunnable(program string, err error) error {
	var missing *exec.Error
	if errors.As(err, &missing) {
		err = missing.Err
	}
	return &usageError{What: fmt.Sprintf("%q can't be run: %v", program, atomicfile.Cause(err)), Hint: "give a program behind --"}
}

// killed is the exit code of a command that a signal ended, as shells have it.
func killed(exit *exec.ExitError) int {
	if status, is := exit.Sys().(syscall.WaitStatus); is && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exitFailure
}
