import { EXIT } from "../../errors.ts";
import { makeDebtReport } from "../../debt/report.ts";
import { runtimeVersion } from "../../powers/version.ts";
import { serveOverStdio } from "../../server/serve-stdio.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { makeMachine } from "../make-machine.ts";
import { startRuntime } from "../start-runtime.ts";

export const serve: Command = {
  name: "serve",
  summary: "serve the installed plugins to one MCP client over stdio",
  usage: "",
  description: [
    "Verifies everything, asks every gate, and speaks MCP on standard input and output until the client goes.",
    "With NODE_ENV=production or `mode: production` anything unsigned, unpinned, changed or unsealed refuses to start.",
  ],
  options: {},
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox serve", "NODE_ENV=production glovebox serve --config /srv/tools/glovebox.yaml"],
  async run({ configFile }) {
    const machine = makeMachine();
    const runtime = await startRuntime(readWorkspace(configFile, machine.files), machine);
    const note = (text: string): boolean => process.stderr.write(`glovebox: ${text}\n`);
    note(`${runtime.tools.length} tools of ${runtime.posture.plugins.length} plugins, ${runtime.posture.mode} mode, seal ${runtime.posture.seal.name}`);
    for (const plugin of runtime.posture.plugins) if (!plugin.signed) note(`plugin ${plugin.alias} runs UNSIGNED`);
    const server = serveOverStdio(
      {
        version: runtimeVersion(),
        tools: runtime.tools,
        callTool: runtime.callTool,
        reportDebt: (filter) => makeDebtReport(runtime.posture, filter),
      },
      (error) => note(`protocol: ${error.message}`),
    );
    runtime.warm();
    const stop = (): void => void server.close();
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
    await server.closed;
    await runtime.close();
    return EXIT.done;
  },
};
