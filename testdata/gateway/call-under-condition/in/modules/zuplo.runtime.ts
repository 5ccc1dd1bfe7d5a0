import { registerMcpOAuth } from "./mcp-oauth";

export function runtimeInit(runtime) {
  if (process.env.AUTH) {
    registerMcpOAuth(runtime);
  }
}
