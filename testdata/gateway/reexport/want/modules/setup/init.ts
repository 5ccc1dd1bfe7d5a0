// Everything that starts with the gateway.
import { RuntimeExtensions } from "@zuplo/runtime";
import { registerMcpOAuth } from "../mcp-oauth";

async function init(extensions: RuntimeExtensions) {
  registerMcpOAuth(extensions);
  extensions.addRequestHook((request) => request);
}

export { init as runtimeInit };
