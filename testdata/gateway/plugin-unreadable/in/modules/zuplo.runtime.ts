import { OAuthProtectedResourcePlugin, RuntimeExtensions } from "@zuplo/runtime";

export function runtimeInit(runtime: RuntimeExtensions) {
  runtime.addPlugin(
    new OAuthProtectedResourcePlugin({
      authorizationServers: [`https://${environment.AUTH0_DOMAIN}/`],
      resourceName: 'Mine',
    }),
  );
}
