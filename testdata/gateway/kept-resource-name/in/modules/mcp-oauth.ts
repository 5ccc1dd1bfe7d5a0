import { OAuthProtectedResourcePlugin, type RuntimeExtensions } from "@zuplo/runtime";

/** Serves the protected resource metadata (RFC 9728) from which MCP clients find the authorization server. */
export function registerMcpOAuth(runtime: RuntimeExtensions): void {
  runtime.addPlugin(
    new OAuthProtectedResourcePlugin({
      authorizationServers: ["https://tenant.eu.auth0.com/"],
      resourceName: "Older name",
    }),
  );
}
