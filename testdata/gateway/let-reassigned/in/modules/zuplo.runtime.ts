import { RuntimeExtensions } from "@zuplo/runtime";

export let runtimeInit = (runtime: RuntimeExtensions) => {
};
runtimeInit = (runtime) => {
  runtime.addRequestHook(async (request) => request);
};
