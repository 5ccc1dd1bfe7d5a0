import { registerMcpOAuth } from "./mcp-oauth";

export function start(runtime) { registerMcpOAuth(runtime); }
