// Logs in with version 2 of the MCP TypeScript SDK, which is another package, and lists the tools.
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { login } from "./login.mjs";

await login({ Client, StreamableHTTPClientTransport, UnauthorizedError }, new URL(process.argv[2]));
