import { OAuthProtectedResourcePlugin, RuntimeExtensions } from "@zuplo/runtime";

// runtime.addPlugin(new OAuthProtectedResourcePlugin({}));
export function runtimeInit(runtime: RuntimeExtensions) {
}
