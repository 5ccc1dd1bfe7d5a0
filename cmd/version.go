package cmd

import (
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			a.doc.Version = a.env.Version
			if !a.global.json {
				a.outf("mcpauth %s (%s/%s)\n", a.env.Version, runtime.GOOS, runtime.GOARCH)
			}
			return nil
		},
	}
}

const exitCodesHelp = `What the exit codes mean.

    0  done, or nothing to do
    1  failure: the network, the tenant, a file, or the record of a run
    2  changes are pending (--detailed-exitcode, --check)
    3  usage, invalid input, a conflict, or missing consent: nothing was written
    4  the credentials were refused, have ended, or lack permission
    5  a verification failed
  130  interrupted: what is done stays done, and the next run goes on from there

With --json the same is in "error": {"code", "message", "hint"}.
`

const environmentHelp = `Which environment variables are read.

The tenant, and how to sign in to it:
  AUTH0_DOMAIN             the tenant, if --domain is not given
  AUTH0_API_TOKEN          a Management API token
  AUTH0_CLIENT_ID          an application that may use the Management API, with
  AUTH0_CLIENT_SECRET      its secret, or with
  AUTH0_CLIENT_ASSERTION_PRIVATE_KEY
                           its private RSA key: the PEM, or the path of a file
  AUTH0_CLIENT_ASSERTION_SIGNING_ALG
                           RS256 (default), RS384 or PS256
  AUTH0_AUDIENCE           the Management API's identifier, if it isn't
                           https://DOMAIN/api/v2/, as behind a custom domain
  HOME                     where the auth0 CLI keeps its logins:
                           .config/auth0/config.json
  DBUS_SESSION_BUS_ADDRESS
                           where the system keyring is, on Linux
  MCPAUTH_SANDBOX          set by mcpauth sandbox for the command that it runs:
                           the tenant that ends with it

The MCP server to verify:
  MCPAUTH_MCP_URL          its URL, if none is given
  MCPAUTH_CLIENT_SECRET    the secret of --client-id, if it has one
  BROWSER                  the program that --login opens the page with, if not
                           the system's own browser, and its arguments, in which
                           %s stands for the address; in CI, and with
                           --no-input, --login needs one that logs in by itself
  MCP_CONFORMANCE_SCENARIO set by a conformance harness: verify is then a client
                           and nothing more
  MCP_CONFORMANCE_CONTEXT  what such a harness hands to a client, as JSON:
                           {"client_id": …, "client_secret": …, "issuer": …}

The network:
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY
                           the proxy to go through, and what not to
  MCPAUTH_CA_FILE          a PEM file of more certificate authorities to trust,
                           if --ca-file is not given
  SSL_CERT_FILE, SSL_CERT_DIR
                           certificate authorities in the place of the system's
                           (not on macOS and Windows)

The terminal:
  NO_COLOR                 set to anything: print without colour
  TERM                     dumb: no colour, nothing drawn anew
  ACCESSIBLE               set to anything: plain questions and lines, for a
                           screen reader
  CI                       set to anything but 0 or false: never ask anything

Where things are kept:
  XDG_STATE_HOME           what was changed, so that it can be taken back; by
                           default ~/.local/state, on macOS
                           ~/Library/Application Support
  LOCALAPPDATA             the same on Windows
  TMPDIR, TEMP, TMP        where it is kept without any of these and HOME,
                           as long as temporary files last; by default /tmp

Credentials are taken from the first of these that is complete, which is said
before anything is sent: --token-stdin, AUTH0_API_TOKEN, client id and secret,
client id and private key, a login of the auth0 CLI for the very domain. No flag
takes a secret, and mcpauth stores none.
`

// topics are the help texts that belong to no command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesHelp, ValidArgsFunction: cobra.NoFileCompletions},
		{Use: "environment", Short: "Which environment variables are read", Long: environmentHelp, ValidArgsFunction: cobra.NoFileCompletions},
	}
}
