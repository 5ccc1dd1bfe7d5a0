// The few types of Zuplo's runtime that rendered files name, declared anew from their documented use: enough to
// type-check what mcpauth renders without Zuplo's packages.
declare module "@zuplo/runtime" {
  export interface RuntimePlugin {
    readonly name?: string;
  }

  export interface RuntimeExtensions {
    addPlugin(plugin: RuntimePlugin): void;
    addRequestHook(hook: (request: Request) => Request | Response | Promise<Request | Response>): void;
  }

  export interface OAuthProtectedResourceOptions {
    authorizationServers: string[];
    resourceName: string;
  }

  export class OAuthProtectedResourcePlugin implements RuntimePlugin {
    constructor(options: OAuthProtectedResourceOptions);
  }
}
