import { RuntimeExtensions } from "@zuplo/runtime";
import { registerMcpOAuth } from "./mcp-oauth";

export const runtimeInit = (runtime: RuntimeExtensions) => {
	registerMcpOAuth(runtime);
	runtime.addRequestHook((request) => request);
};
