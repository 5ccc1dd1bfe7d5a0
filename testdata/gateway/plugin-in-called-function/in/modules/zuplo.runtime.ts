import { addPlugins } from "./plugins";

export function runtimeInit(runtime) {
  addPlugins(runtime);
}
