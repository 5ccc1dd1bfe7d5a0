import { registerMcpOAuth } from "./mcp-oauth";

let started = 0;

export const runtimeInit = (runtime: import("@zuplo/runtime").RuntimeExtensions) => {
  registerMcpOAuth(runtime);
  started = Date.now();
};
