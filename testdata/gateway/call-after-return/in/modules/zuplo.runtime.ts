import { registerMcpOAuth } from "./mcp-oauth";

export function runtimeInit(runtime) {
  return;
  registerMcpOAuth(runtime);
}
