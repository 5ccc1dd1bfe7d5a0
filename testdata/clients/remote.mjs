// Logs in with mcp-remote and lists the tools. It would open a browser: the page that it names is fetched in its place.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const program = join(dirname(createRequire(import.meta.url).resolve("mcp-remote/package.json")), "dist/client.js");
const folder = mkdtempSync(join(tmpdir(), "mcp-remote-"));
const child = spawn(process.execPath, [program, process.argv[2], "--transport", "http-only"], {
  env: { ...process.env, MCP_REMOTE_CONFIG_DIR: folder, BROWSER: "true" },
  stdio: ["pipe", "pipe", "pipe"], // it ends when its input does,
});

let said = "";
let visited = false;
const end = (code, why) => {
  child.kill();
  rmSync(folder, { recursive: true, force: true });
  console.log(why);
  process.exit(code);
};
async function visit(page) {
  const answer = await fetch(page, { redirect: "manual" });
  const callback = answer.headers.get("location");
  if (!callback) end(1, `no redirect to the client, but ${answer.status}: ${(await answer.text()).replace(/<[^>]*>|\s+/g, " ")}`);
  for (let tries = 1; ; tries++) {
    try { // the client may name the page before it listens for the answer
      return await fetch(callback);
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
const listen = (chunk) => {
  said += chunk;
  const page = said.match(/https?:\/\/\S+\/authorize\?\S+/);
  if (page && !visited) {
    visited = true;
    visit(page[0]).catch((error) => end(1, `the login page failed: ${error.cause ?? error}`));
  }
  if (/"whoami"|name: 'whoami'/.test(said)) end(0, "tools: listed");
};
child.stdout.on("data", listen);
child.stderr.on("data", listen);
child.on("exit", () => end(1, `it ended without the tools:\n${said}`));
setTimeout(() => end(1, `no tools within 30 seconds:\n${said}`), 30_000);
