import { OAuthProtectedResourcePlugin, type RuntimeExtensions } from "@zuplo/runtime";

export function runtimeInit(runtime: RuntimeExtensions) {
  runtime.addPlugin(
    new OAuthProtectedResourcePlugin({
      authorizationServers: ["http://localhost:9400/"],
      resourceName: "MCP Server",
    }),
  );
}
