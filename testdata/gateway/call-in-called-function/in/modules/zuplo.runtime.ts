import setup from "./setup";

export function runtimeInit(runtime) {
  setup(runtime);
}
