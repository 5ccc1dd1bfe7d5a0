import { BackgroundDispatcher, RuntimeExtensions, environment } from "@zuplo/runtime";

export function runtimeInit(runtime: RuntimeExtensions) {
  // Add plugins, hooks and other extensions here
  if (environment.LOG_URL) {
    runtime.addPlugin(new ExampleLogPlugin({ url: environment.LOG_URL }));
  }
}

class ExampleLogPlugin {
  constructor(readonly options: { url: string }) {}
  dispatcher = new BackgroundDispatcher(async (entries) => {
    await fetch(`${this.options.url}/log`, { method: "POST", body: JSON.stringify({ entries }) });
  });
}
