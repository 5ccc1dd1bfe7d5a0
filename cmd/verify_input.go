package cmd

import (
	"github.com/mcpauth-cli/mcpauth/internal/spec"
	"github.com/mcpauth-cli/mcpauth/internal/verify"
)

// The variables of a user that verify reads by itself.
const (
	envServer  = "MCPAUTH_MCP_URL" // the server that is verified where no argument names one
	envBrowser = "BROWSER"         // the program that opens addresses
)

// checkVerify finds all that is wrong with the command line before anything is sent. from is where the URL was written.
func (a *app) checkVerify(o verifyOptions, from string) error {
	problems := o.run.Problems()
	for i := range problems {
		if problems[i].Field == "URL" {
			problems[i].Field = from
		}
	}
	problems = append(problems, reportProblems(o.reports)...)
	if o.run.LoginTimeout <= 0 {
		problems = append(problems, spec.Problem{Field: "--login-timeout", What: "a person needs some time to log in", Hint: "give a duration, such as 5m"})
	} else if !o.run.Login && o.run.LoginTimeout != verify.DefaultLoginTimeout {
		problems = append(problems, spec.Problem{Field: "--login-timeout", What: "nobody is waited for without --login", Hint: "give --login too, or leave it out"})
	}
	if lone := a.loneLogin(o.run); lone != nil {
		if problems != nil { // the commands would repeat what else is wrong
			lone.Hint = "leave it out, or give --follow where the tenant approves by itself"
		}
		problems = append(problems, *lone)
	}
	if problems == nil {
		return nil
	}
	return problems
}

// loneLogin refuses to wait for a person where none may be asked: not with --no-input, and not in a CI job, unless BROWSER
// names a program that logs in by itself.
func (a *app) loneLogin(o verify.Options) *spec.Problem {
	if !o.Login || o.Follow || a.env.Getenv(envBrowser) != "" {
		return nil
	}
	why := ""
	switch {
	case a.global.noInput:
		why = "someone has to log in, and --no-input says that nobody is to be asked"
	case truthy(a.env.Getenv("CI")):
		why = "someone has to log in, and nobody does in a CI job (CI is set)"
	default:
		return nil
	}
	o.Login = false
	upTo := o.CommandLine()
	o.Follow = true
	return &spec.Problem{
		Field: "--login", What: why,
		Hint: "all up to the login is checked without it: " + upTo + "\nwhere the tenant approves by itself, a login needs no browser: " + o.CommandLine() +
			"\na program that logs in by itself can be named with " + envBrowser,
	}
}

// nobodyReads tells whether an address to log in at, printed on stderr, is seen by nobody.
func (a *app) nobodyReads() bool {
	return a.global.noInput || truthy(a.env.Getenv("CI")) || !a.env.IsTerminal(a.env.Err)
}
