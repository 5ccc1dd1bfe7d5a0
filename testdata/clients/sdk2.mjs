// Logs in with version 2 of the MCP TypeScript SDK, which is another package, and lists the tools. It speaks the newest
// revision of MCP and nothing older, as version 1 speaks nothing newer.
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { login } from "./login.mjs";

class Modern extends Client {
  constructor(about) {
    super(about, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  }
}

await login({ Client: Modern, StreamableHTTPClientTransport, UnauthorizedError }, new URL(process.argv[2]));
