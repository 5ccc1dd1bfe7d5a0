// Everything that starts with the gateway.
import { RuntimeExtensions } from "@zuplo/runtime";

async function init(extensions: RuntimeExtensions) {
  extensions.addRequestHook((request) => request);
}

export { init as runtimeInit };
