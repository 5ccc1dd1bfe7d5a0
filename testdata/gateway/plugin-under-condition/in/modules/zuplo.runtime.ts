import { OAuthProtectedResourcePlugin } from "@zuplo/runtime";

export function runtimeInit(runtime) {
  if (process.env.AUTH) {
    runtime.addPlugin(new OAuthProtectedResourcePlugin({ authorizationServers: ["https://tenant.eu.auth0.com/"], resourceName: "Mine" }));
  }
}
