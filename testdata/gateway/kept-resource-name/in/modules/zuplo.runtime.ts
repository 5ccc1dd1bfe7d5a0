import { registerMcpOAuth } from "./mcp-oauth";

export function runtimeInit(runtime) {
  registerMcpOAuth(runtime);
}
