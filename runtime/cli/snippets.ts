import { fileURLToPath } from "node:url";
import type { JsonObject } from "@glovebox/host-api/json";
import type { Output } from "./output.ts";

/** The program's own file, whatever folder it is started from. */
export const GLOVEBOX = fileURLToPath(new URL("./glovebox.mjs", import.meta.url));

/** One client's configuration that starts this workspace's server. */
interface Snippet {
  readonly client: string;
  readonly file: string;
  readonly value: JsonObject;
}

/**
 * Prints how to plug a workspace into the clients people use. Clients start servers from any folder, with a PATH that
 * may lead to an older Node or to none: so the paths are absolute, and name the very Node that runs this.
 */
export function showSnippets(configFile: string, out: Output): void {
  const snippets = makeSnippets(configFile);
  for (const { client, file, value } of snippets) {
    out.line();
    out.line(out.style("bold", `${client} (${file})`));
    out.line(JSON.stringify(value, undefined, 2));
  }
  out.line();
  out.result(snippets.map((snippet) => ({ ...snippet })));
}

function makeSnippets(configFile: string): readonly Snippet[] {
  const glovebox = { command: process.execPath, args: [GLOVEBOX, "serve", "--config", configFile] };
  return [
    {
      client: "Claude Desktop",
      file: "claude_desktop_config.json",
      value: { mcpServers: { glovebox } },
    },
    {
      client: "VS Code",
      file: ".vscode/mcp.json",
      value: { servers: { glovebox: { type: "stdio", ...glovebox } } },
    },
    { client: "Cursor", file: ".cursor/mcp.json", value: { mcpServers: { glovebox } } },
  ];
}
