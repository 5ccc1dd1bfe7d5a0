import type { RuntimeExtensions } from "@zuplo/runtime";
import { registerMcpOAuth } from "./mcp-oauth";

export const runtimeInit: (r: RuntimeExtensions) => Promise<void> = async (r): Promise<void> => { registerMcpOAuth(r); r.addRequestHook((q) => q); };
