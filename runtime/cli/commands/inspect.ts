import { EXIT } from "../../errors.ts";
import { formatSize } from "@glovebox/host-api/size";
import { WorkspaceError } from "../../workspace-errors.ts";
import { readWorkspace, verifyPlugin } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { makeMachine } from "../make-machine.ts";
import { showPlugin } from "../show-plugin.ts";

export const inspect: Command = {
  name: "inspect",
  summary: "one plugin whole: signer, what the model reads, requests, grants, limits",
  usage: "NAME",
  description: ["Verifies the plugin from its bytes and shows what was approved. Runs nothing."],
  options: {},
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox inspect time", "glovebox inspect time --json"],
  async run({ args, configFile, out }) {
    const { files } = makeMachine();
    const alias = args[0] ?? "";
    const workspace = readWorkspace(configFile, files);
    const configuration = Object.hasOwn(workspace.configuration.plugins, alias) ? workspace.configuration.plugins[alias] : undefined;
    if (!configuration) throw new WorkspaceError("ERR_NOT_INSTALLED", `No plugin \`${alias}\` is configured.`, { place: { file: configFile } });
    const plugin = verifyPlugin(workspace, alias, configuration, files);
    const { limits, grants } = configuration;
    showPlugin(plugin, plugin.signer, grants, out);
    out.line();
    out.line(out.style("bold", "Limits of one call"));
    out.line(`  deadline ${limits.deadlineMs} ms, memory ${formatSize(limits.memoryBytes)}, resident ${formatSize(limits.residentBytes)}, output ${formatSize(limits.outputBytes)}`);
    out.line(`  host calls ${limits.hostCalls}, log ${formatSize(limits.logBytes)}, at once ${limits.concurrentCalls}, waiting ${limits.queuedCalls}`);
    out.result({
      alias,
      manifest: plugin.manifest as never,
      tools: plugin.surface as never,
      grants,
      limits: { ...limits },
      locked: plugin.locked as never,
      unsigned: configuration.unsigned,
    });
    return EXIT.done;
  },
};
