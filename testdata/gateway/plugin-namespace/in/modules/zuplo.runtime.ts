import * as zuplo from "@zuplo/runtime";

export function runtimeInit(runtime) {
  runtime.addPlugin(new zuplo.OAuthProtectedResourcePlugin({ authorizationServers: ["https://tenant.eu.auth0.com/"], resourceName: "Mine" }));
}
