import { OAuthProtectedResourcePlugin, RuntimeExtensions } from "@zuplo/runtime";
import { registerMcpOAuth } from "./mcp-oauth";

// runtime.addPlugin(new OAuthProtectedResourcePlugin({}));
export function runtimeInit(runtime: RuntimeExtensions) {
  registerMcpOAuth(runtime);
}
