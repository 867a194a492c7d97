import { EXIT } from "../../errors.ts";
import { configuredPlugin, readWorkspace, verifyPlugin } from "../../workspace.ts";
import { DEFAULT_LIMITS } from "../../sandbox/limits.ts";
import { scanRelease, readNeighbours } from "../../scan-release.ts";
import { viewTools } from "../../firewall/tool-view.ts";
import { showFindings } from "../approval/accept-findings.ts";
import type { Command } from "../command.ts";
import { showLimits } from "../show/show-limits.ts";
import { showPlugin } from "../show/show-plugin.ts";
import { showSource } from "../show/show-source.ts";

export const inspect: Command = {
  name: "inspect",
  summary: "one plugin whole: signer, what the model reads, requests, grants, limits",
  usage: "NAME",
  description: [
    "Verifies the plugin from its bytes and shows what was approved. Runs nothing.",
    "Each tool stands twice: as a client shows it to a person, and to the letter as the model reads it, with what the scanner says.",
  ],
  options: {},
  takesPlugins: true,
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox inspect time", "glovebox inspect time --json"],
  async run({ args: [alias = ""], configFile, out, machine }) {
    const workspace = readWorkspace(configFile, machine.files);
    const { limits, isolation, grants, unsigned } = configuredPlugin(workspace, alias);
    const { manifest, surface, offers, locked, signers, ...opened } = verifyPlugin(
      workspace,
      alias,
      machine.files,
    );
    const neighbours = readNeighbours(alias, workspace, machine.files);
    const findings = scanRelease(
      { opened: { manifest, surface, offers, ...opened }, signers },
      neighbours,
    );
    const views = viewTools(surface, findings, offers);
    showSource(locked.source, locked.origin, locked.package, out);
    showPlugin({ manifest, ...opened }, views, signers, grants, out);
    showFindings(findings, out);
    out.line();
    showLimits({ limits, isolation, grants }, out);
    out.result({
      alias,
      manifest,
      tools: surface,
      offers,
      views,
      findings,
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
