import { OAuthProtectedResourcePlugin } from "@zuplo/runtime";

export const plugin = new OAuthProtectedResourcePlugin({ authorizationServers: ["https://other.eu.auth0.com/"], resourceName: "Mine" });
