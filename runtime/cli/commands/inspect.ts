import { formatSize } from "@glovebox/host-api/size";
import { EXIT } from "../../errors.ts";
import { configuredPlugin, readWorkspace, verifyPlugin } from "../../workspace.ts";
import type { Command } from "../command.ts";
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
  async run({ args: [alias = ""], configFile, out, machine }) {
    const workspace = readWorkspace(configFile, machine.files);
    const { limits, grants, unsigned } = configuredPlugin(workspace, alias);
    const { manifest, surface, locked, signer, ...opened } = verifyPlugin(
      workspace,
      alias,
      machine.files,
    );
    showPlugin({ manifest, surface, ...opened }, signer, grants, out);
    out.line();
    out.line(out.style("bold", "Limits of one call"));
    out.line(
      `  deadline ${limits.deadlineMs} ms, memory ${formatSize(limits.memoryBytes)}, resident ${formatSize(limits.residentBytes)}, output ${formatSize(limits.outputBytes)}`,
    );
    out.line(
      `  host calls ${limits.hostCalls}, log ${formatSize(limits.logBytes)}, at once ${limits.concurrentCalls}, waiting ${limits.queuedCalls}`,
    );
    out.result({ alias, manifest, tools: surface, grants, limits, locked, unsigned });
    return EXIT.done;
  },
};
