// Runs each client against a ready sandbox, and against one in which a single piece is missing. A client that succeeds
// where it must not, or fails for another reason, is as much a failure as the other way round.
//
//   node all.mjs PATH-OF-MCPAUTH
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const mcpauth = process.argv[2];
const here = dirname(fileURLToPath(import.meta.url));

const cases = [
  { name: "everything is there", ready: true },
  { name: "registration is off", why: /registration is disabled|ServerError/, patch: ["/tenants/settings", { flags: { enable_dynamic_client_registration: false } }] },
  { name: "no connection at domain level", why: /no connections enabled for the client/, demote: true },
  { name: "no default grant", why: /is not authorized to access resource server/, remove: "grant" },
  { name: "no API", why: /Service not found/, remove: "api" },
  { name: "an opaque token", why: /UnauthorizedError|reason: authentication-needed[\s\S]*Please authorize/, // asked to log in a second time
    patch: ["/tenants/settings", { resource_parameter_profile: "audience", default_audience: "" }] },
];

async function api(env, method, path, body) {
  const { access_token } = await (await fetch(`${env.AUTH0_DOMAIN}/oauth/token`, {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ grant_type: "client_credentials", client_id: env.AUTH0_CLIENT_ID, client_secret: env.AUTH0_CLIENT_SECRET, audience: `${env.AUTH0_DOMAIN}/api/v2/` }),
  })).json();
  const answer = await fetch(`${env.AUTH0_DOMAIN}/api/v2${path}`, {
    method, headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" }, body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
}

async function spoil(c, env) {
  const audience = encodeURIComponent(env.MCPAUTH_MCP_URL);
  if (c.patch) await api(env, "PATCH", ...c.patch);
  if (c.demote) execFileSync(mcpauth, ["promote-connection", "--name", "google-oauth2", "--demote", "--yes", "--json"], { env: { ...process.env, ...env } });
  if (c.remove === "grant") {
    const { client_grants: [grant] } = await api(env, "GET", `/client-grants?audience=${audience}&default_for=third_party_clients&take=10`);
    await api(env, "DELETE", `/client-grants/${grant.id}`);
  }
  if (c.remove === "api") await api(env, "DELETE", `/resource-servers/${audience}`);
}

async function sandbox(use) {
  const folder = mkdtempSync(join(tmpdir(), "mcpauth-clients-"));
  const file = join(folder, "env");
  const server = spawn(mcpauth, ["sandbox", "--gateway", "--auto-approve", "--port", "0", "--env-file", file], { stdio: "ignore" });
  try {
    for (let i = 0; i < 200 && !existsSync(file); i++) await sleep(50);
    const env = Object.fromEntries([...readFileSync(file, "utf8").matchAll(/^export (\w+)=(.*)$/gm)].map((m) => [m[1], m[2]]));
    env.XDG_STATE_HOME = folder; // the records of these runs go with the sandbox
    execFileSync(mcpauth, ["setup", "--mcp-url", env.MCPAUTH_MCP_URL, "--connection", "google-oauth2", "--scope", "tool:whoami", "--yes", "--json"], { env: { ...process.env, ...env } });
    return await use(env);
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

let passed = 0;
let failed = 0;
for (const client of ["sdk.mjs", "sdk2.mjs", "remote.mjs"]) {
  for (const c of cases) {
    await sandbox(async (env) => {
      await spoil(c, env);
      const run = spawnSync(process.execPath, [join(here, client), env.MCPAUTH_MCP_URL], { encoding: "utf8", timeout: 60_000 });
      const said = `${run.stdout}${run.stderr}`;
      const ok = c.ready ? run.status === 0 && /tools:/.test(said) : run.status !== 0 && c.why.test(said);
      console.log(`${ok ? "ok" : "NOT OK"}  ${client}  ${c.name}: ${run.status === 0 ? "logged in" : said.match(c.why ?? /$/)?.[0] ?? "failed"}`);
      if (!ok) console.log(said);
      ok ? passed++ : failed++;
    });
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
