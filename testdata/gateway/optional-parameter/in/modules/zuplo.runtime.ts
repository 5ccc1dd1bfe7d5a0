import { RuntimeExtensions } from "@zuplo/runtime";

export function runtimeInit(r?: RuntimeExtensions) {
  r?.addRequestHook(async (request) => request);
}
