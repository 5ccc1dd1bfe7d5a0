import { registerMcpOAuth } from "./mcp-oauth";

export function runtimeInit(runtime) {
  runtime.addRequestHook(async (request) => request);
}

function later(runtime) {
  registerMcpOAuth(runtime);
}
