import { OAuthProtectedResourcePlugin as Metadata } from "@zuplo/runtime";

export function runtimeInit(runtime) {
  runtime.addPlugin(new Metadata({ authorizationServers: ["https://other.eu.auth0.com/"], resourceName: "Mine" }));
}
