import { RuntimeExtensions } from "@zuplo/runtime";
import { registerMcpOAuth } from "./mcp-oauth";

export function runtimeInit(runtime: RuntimeExtensions) {
  registerMcpOAuth(runtime);
  runtime.addRequestHook(async (request) => request);
}
