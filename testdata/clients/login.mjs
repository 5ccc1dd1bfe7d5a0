// The login of the MCP TypeScript SDK, in either of its versions. The tenant approves by itself, so "the browser" is a fetch
// that looks where the authorization endpoint redirects to.
export async function login({ Client, StreamableHTTPClientTransport, UnauthorizedError }, url) {
  const redirectUrl = "http://127.0.0.1:6277/oauth/callback";
  const kept = {};

  const provider = {
    redirectUrl,
    clientMetadata: {
      client_name: "mcpauth's SDK client",
      redirect_uris: [redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => { kept.client = client; },
    tokens: () => kept.tokens,
    saveTokens: (tokens) => { kept.tokens = tokens; },
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier) => { kept.verifier = verifier; },
    async redirectToAuthorization(authorize) {
      const answer = await fetch(authorize, { redirect: "manual" });
      const to = answer.headers.get("location");
      if (!to?.startsWith(redirectUrl)) {
        throw new Error(`no redirect to the client, but ${answer.status}: ${(await answer.text()).replace(/<[^>]*>|\s+/g, " ")}`);
      }
      kept.answer = new URL(to).searchParams;
    },
  };

  const client = new Client({ name: "mcpauth-sdk-client", version: "1.0.0" });
  const connect = () => client.connect(kept.transport = new StreamableHTTPClientTransport(url, { authProvider: provider }));
  try {
    await connect();
  } catch (error) {
    if (!(error instanceof UnauthorizedError) || !kept.answer?.get("code")) throw error;
    await kept.transport.finishAuth(kept.answer.get("code"), kept.answer.get("iss") ?? undefined);
    await connect();
  }
  const { tools } = await client.listTools();
  console.log("tools:", tools.map((tool) => tool.name).join(" "));
  await client.close();
}
