import type { Output } from "../output.ts";

/** How to plug a workspace into the clients people use. */
export function showSnippets(out: Output, configFile: string): void {
  const server = { command: "npx", args: ["glovebox", "serve", "--config", configFile] };
  const show = (title: string, value: unknown): void => {
    out.line();
    out.line(out.style("bold", title));
    for (const line of JSON.stringify(value, undefined, 2).split("\n")) out.line(`  ${line}`);
  };
  show("Claude Desktop (claude_desktop_config.json)", { mcpServers: { glovebox: server } });
  show("VS Code (.vscode/mcp.json)", { servers: { glovebox: { type: "stdio", ...server } } });
  show("Cursor (.cursor/mcp.json)", { mcpServers: { glovebox: server } });
  out.line();
}
