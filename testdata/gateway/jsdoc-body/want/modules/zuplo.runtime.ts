import { registerMcpOAuth } from "./mcp-oauth";

/**
 * Starts the gateway.
 */
export function runtimeInit(runtime) {
    registerMcpOAuth(runtime);
    /**
     * One hook.
     */ runtime.addRequestHook(async (request) => request);
}
