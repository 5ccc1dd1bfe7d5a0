/**
 * Starts the gateway.
 */
export function runtimeInit(runtime) {
    /**
     * One hook.
     */ runtime.addRequestHook(async (request) => request);
}
