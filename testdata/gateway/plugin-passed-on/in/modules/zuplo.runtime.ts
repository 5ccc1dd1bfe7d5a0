import { OAuthProtectedResourcePlugin } from "@zuplo/runtime";
import { addAll } from "./plugins";

export function runtimeInit(runtime) {
  addAll(runtime, [OAuthProtectedResourcePlugin]);
}
