import { makeDebtReport } from "../../debt/report.ts";
import { EXIT } from "../../errors.ts";
import { makeLog } from "../../powers/log.ts";
import { runtimeVersion } from "../../powers/version.ts";
import { serveOverStdio } from "../../server/stdio/serve-stdio.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { showSnippets } from "../snippets.ts";
import { startRuntime } from "../start-runtime.ts";

const NOTES_MAX = 50;
const FLUSH_MS_MAX = 1000;

export const serve: Command = {
  name: "serve",
  summary: "serve the installed plugins to one MCP client over stdio",
  usage: "[--profile NAME] [--snippets]",
  description: [
    "Verifies everything, asks every gate, and speaks MCP on standard input and output until the client goes.",
    "Notes for the operator go to standard error: lines on a terminal, and else JSON.",
    "With NODE_ENV=production or `mode: production` anything unsigned, unpinned, changed or unsealed refuses to start.",
    "With --snippets it serves nothing: it prints what to paste into Claude Desktop, VS Code and Cursor to have it started.",
  ],
  options: {
    profile: {
      type: "string",
      value: "NAME",
      summary: "serve the plugins of this profile; without it, those that no profile names",
    },
    snippets: {
      type: "boolean",
      summary: "print the clients' configuration for this workspace, and end",
    },
  },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: [
    "glovebox serve",
    "glovebox serve --profile bank",
    "glovebox serve --snippets",
    "NODE_ENV=production glovebox serve --config /srv/tools/glovebox.yaml",
  ],
  async run({ configFile, flag, text, out, machine }) {
    if (flag("snippets")) {
      readWorkspace(configFile, machine.files);
      showSnippets(configFile, out);
      return EXIT.done;
    }
    const runtime = await startRuntime(readWorkspace(configFile, machine.files), machine, {
      profile: text("profile"),
    });
    const { tools, callTool, posture } = runtime;
    const log = await makeLog(process.stderr);
    const { mode, plugins, seal } = posture;
    log.info(
      `${tools.length} tools of ${plugins.length} plugins, ${mode} mode, seal ${seal.name}`,
      {
        tools: tools.length,
        plugins: plugins.length,
        mode,
        seal: seal.name,
      },
    );
    for (const { alias, signed } of plugins)
      if (!signed) log.warn(`plugin ${alias} runs UNSIGNED`, { plugin: alias });
    const server = serveOverStdio(
      {
        version: runtimeVersion(),
        tools,
        callTool,
        reportDebt: (filter) => makeDebtReport(posture, filter),
      },
      { input: process.stdin, output: process.stdout },
      limitNotes((error) => log.warn(`protocol: ${error.message}`)),
    );
    const stop = (): void => void server.close();
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
    await server.closed;
    await runtime.close();
    // Answers that the client never reads do not keep this process.
    setTimeout(() => process.exit(EXIT.done), FLUSH_MS_MAX).unref();
    return EXIT.done;
  },
};

/** The client can make any number of notes, and whoever started this process may not read them. */
function limitNotes(note: (error: Error) => void): (error: Error) => void {
  let count = 0;
  return (error) => {
    count += 1;
    if (count <= NOTES_MAX)
      note(count < NOTES_MAX ? error : new Error("further protocol errors are not shown"));
  };
}
