import { RuntimeExtensions } from "@zuplo/runtime";

export const runtimeInit = (runtime: RuntimeExtensions) => {
	runtime.addRequestHook((request) => request);
};
