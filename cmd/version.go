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

const exitCodesHelp = `Exit codes:

  0    done, or nothing to do
  1    failure: the network, the tenant, a file, or the record of a run
  2    changes are pending (--detailed-exitcode, --check)
  3    usage, invalid input, a conflict, or missing consent: nothing was written
  4    the credentials were refused, or lack permission
  5    a verification failed
  130  interrupted
`

const environmentHelp = `Environment:

  AUTH0_DOMAIN                         the tenant, if --domain is not given
  AUTH0_API_TOKEN                      a Management API token
  AUTH0_CLIENT_ID                      an application that may use the Management API, with either
  AUTH0_CLIENT_SECRET                    its secret, or
  AUTH0_CLIENT_ASSERTION_PRIVATE_KEY     its private key: PEM, or the path of a PEM file
  AUTH0_CLIENT_ASSERTION_SIGNING_ALG   RS256 (default), RS384 or PS256
  AUTH0_AUDIENCE                       the Management API's identifier, if it isn't https://DOMAIN/api/v2/
  MCPAUTH_MCP_URL                      the MCP server that verify looks at, if no URL is given
  MCPAUTH_CLIENT_SECRET                the secret of verify's --client-id, for a confidential client
  MCP_CONFORMANCE_CONTEXT              what a conformance harness hands to a client: {"client_id","client_secret"}
  MCPAUTH_CA_FILE                      more certificate authorities to trust, if --ca-file is not given
  XDG_STATE_HOME                       where runs are recorded, in a folder mcpauth; the default is ~/.local/state,
                                       ~/Library/Application Support on macOS, %LOCALAPPDATA% on Windows, and
                                       without a home the folder of temporary files (TMPDIR)
  NO_COLOR                             print without colour
  CI                                   never ask anything
  HTTPS_PROXY, NO_PROXY                the way to the network

Credentials are taken from the first complete source: --token-stdin, AUTH0_API_TOKEN, client secret, private
key. No flag takes a secret, and none is stored.
`

// topics are the help texts that belong to no command.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesHelp},
		{Use: "environment", Short: "Which environment variables are read", Long: environmentHelp},
	}
}
