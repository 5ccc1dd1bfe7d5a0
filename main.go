// Command mcpauth takes an Auth0 tenant to where an MCP client can log in, renders the matching Zuplo gateway
// configuration, and proves that it works.
package main

import (
	"os"

	"github.com/mcpauth-cli/mcpauth/cmd"
)

// version is stamped by the release build.
var version = "dev"

func main() {
	os.Exit(cmd.Main(cmd.System(version), os.Args[1:]))
}
