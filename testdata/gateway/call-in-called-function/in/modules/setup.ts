import { registerMcpOAuth as metadata } from "./mcp-oauth";

export default function setup(runtime) {
  metadata(runtime);
}
