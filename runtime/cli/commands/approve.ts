import { EXIT } from "../../errors.ts";
import { approvePlugin } from "../approval/approve.ts";
import { nextStep, openedToJson } from "../approval/opened-paths.ts";
import type { Command } from "../command.ts";
import { CONSENT_OPTIONS, readConsent } from "../approval/consent.ts";

export const approve: Command = {
  name: "approve",
  summary: "approve again what changed: new grants, or a new build at the source",
  usage: "NAME [--yes] [--digest SHA256] [--accept FINDING]…",
  description: [
    "Looks at the plugin as its source and the configuration have it now, shows it whole, and pins it anew.",
    "Needed after grants were changed by hand, after the source was rebuilt, and for a plugin that the lockfile does not know.",
    "Where nothing is at the source any more, the approved package in the store is looked at.",
  ],
  options: CONSENT_OPTIONS,
  takesPlugins: true,
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox approve time", "glovebox approve time --yes"],
  async run(call) {
    const { out } = call;
    const { alias, locked, findings, opened, configuration } = await approvePlugin(
      call.args[0] ?? "",
      readConsent(call),
      call,
    );
    out.line();
    out.line(`Approved and pinned ${out.style("bold", alias)} ${locked.version}.`);
    const usual = "`glovebox verify` checks the whole workspace as a start would.";
    out.line(`Next: ${nextStep(configuration, usual)}`);
    out.result({ alias, locked, findings, paths: openedToJson(opened) });
    return EXIT.done;
  },
};
