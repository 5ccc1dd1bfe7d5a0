import { AuditLogPlugin, DataDogLoggingPlugin, environment } from "@zuplo/runtime";
import type { RuntimeExtensions } from "@zuplo/runtime"; // types only
import { MetricsPlugin } from './metrics'
import { registerMcpOAuth } from "./mcp-oauth";

/**
 * Runs once. A brace in a comment: { and a quote: "
 */
export async function runtimeInit(gateway: RuntimeExtensions): Promise<void> {
  registerMcpOAuth(gateway);
  // our plugins
  const { token } = await import("./secrets");
  gateway.addPlugin(new DataDogLoggingPlugin({ url: `https://${environment.SITE ?? `intake.${"eu"}`}/v1`, apiKey: token }));
  gateway.addPlugin(new AuditLogPlugin({ include: /["'`{]\/[/{]+/u }));
  gateway.addPlugin(new MetricsPlugin());
}
