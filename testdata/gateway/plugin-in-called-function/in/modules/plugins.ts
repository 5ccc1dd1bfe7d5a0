import { OAuthProtectedResourcePlugin } from "@zuplo/runtime";

export function addPlugins(runtime) {
  runtime.addPlugin(new OAuthProtectedResourcePlugin({ authorizationServers: ["https://tenant.eu.auth0.com/"], resourceName: "Mine" }));
}
