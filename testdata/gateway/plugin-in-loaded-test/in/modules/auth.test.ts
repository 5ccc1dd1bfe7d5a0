import { OAuthProtectedResourcePlugin } from "@zuplo/runtime";

export const plugin = new OAuthProtectedResourcePlugin({ authorizationServers: ["https://tenant.eu.auth0.com/"], resourceName: "Mine" });
