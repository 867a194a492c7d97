import { EXIT } from "../../errors.ts";
import { configuredPlugin, readWorkspace, verifyPlugin } from "../../workspace.ts";
import { DEFAULT_LIMITS } from "../../sandbox/limits.ts";
import type { Command } from "../command.ts";
import { showLimits } from "../show-limits.ts";
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
    const { limits, isolation, grants, unsigned } = configuredPlugin(workspace, alias);
    const { manifest, surface, locked, signers, ...opened } = verifyPlugin(
      workspace,
      alias,
      machine.files,
    );
    showPlugin({ manifest, surface, ...opened }, signers, grants, out);
    out.line();
    showLimits({ limits, isolation, grants }, out);
    out.result({
      alias,
      manifest,
      tools: surface,
      grants,
      limits,
      default_limits: DEFAULT_LIMITS,
      isolation,
      locked,
      unsigned,
    });
    return EXIT.done;
  },
};
