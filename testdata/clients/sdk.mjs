// Logs in with version 1 of the MCP TypeScript SDK and lists the tools.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { login } from "./login.mjs";

await login({ Client, StreamableHTTPClientTransport, UnauthorizedError }, new URL(process.argv[2]));
