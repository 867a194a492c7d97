import { EXIT } from "../../errors.ts";
import { lockedAs, readWorkspace } from "../../workspace.ts";
import { approvePlugin } from "../approval/approve.ts";
import type { Command } from "../command.ts";
import { CONSENT_OPTIONS, readConsent } from "../approval/consent.ts";
import { CliError } from "../errors.ts";
import { readPrivateKey } from "../private-key.ts";

export const endorse: Command = {
  name: "endorse",
  summary: "sign with your own key what somebody else made",
  usage: "NAME --key FILE [--yes] [--digest SHA256] [--accept FINDING]…",
  description: [
    "For an installed plugin that nobody you trust signed: you read it, and vouch for it from now on.",
    "Shows it whole as its source has it now, signs its package, and approves it. The signature is kept in lockfile and store;",
    "nothing is written beside the source. Your key needs a trust entry for the plugin's name, as anybody's does.",
    "A plugin that is not installed yet: `glovebox add SOURCE --endorse KEY`.",
  ],
  options: {
    key: { type: "string", value: "FILE", summary: "your private key, of `glovebox keygen`" },
    ...CONSENT_OPTIONS,
  },
  takesPlugins: true,
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox endorse fetch --key operator.key"],
  async run(call) {
    const { out, configFile, machine } = call;
    const [alias = ""] = call.args;
    const keyFile = call.text("key");
    if (keyFile === undefined)
      throw new CliError("ERR_USAGE", "`--key` is missing: name your private key.");
    const key = readPrivateKey(keyFile, call);
    const workspace = readWorkspace(configFile, machine.files);
    if (!lockedAs(alias, workspace) && machine.files.kindOf(alias) !== "nothing")
      throw new CliError("ERR_USAGE", `\`${alias}\` is a file, and not an installed plugin.`, {
        remedy: `Use: glovebox add ${alias} --endorse ${keyFile}`,
      });
    const { locked } = await approvePlugin(alias, readConsent(call), call, key);
    out.line();
    out.line(`Endorsed and pinned ${out.style("bold", alias)} ${locked.version}.`);
    out.line("Next: `glovebox verify` checks the whole workspace as a start would.");
    out.result({ alias, locked });
    return EXIT.done;
  },
};
