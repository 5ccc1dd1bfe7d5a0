import { plugin } from "./auth.test";

export function runtimeInit(runtime) {
  runtime.addPlugin(plugin);
}
