import { OAuthProtectedResourcePlugin as Metadata } from "@zuplo/runtime";

export function runtimeInit(runtime) {
  runtime.addPlugin(new Metadata({ authorizationServers: ["https://tenant.eu.auth0.com/"], resourceName: "Mine" }));
}
