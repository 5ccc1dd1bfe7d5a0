import type { RuntimeExtensions } from "@zuplo/runtime";

export const runtimeInit: (r: RuntimeExtensions) => Promise<void> = async (r): Promise<void> => { r.addRequestHook((q) => q); };
