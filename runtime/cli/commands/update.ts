import { EXIT, reasonsOf, throwReasons, type GloveboxError } from "../../errors.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { CONSENT_OPTIONS, readConsent } from "../approval/consent.ts";
import { CliError } from "../errors.ts";
import { readPrivateKey } from "../private-key.ts";
import { updatePlugin } from "../approval/update.ts";

export const update: Command = {
  name: "update",
  summary: "fetch plugins anew, show old against new, approve and pin what changed",
  usage: "[NAME…] [--from SOURCE] [--endorse KEY] [--yes] [--digest SHA256] [--accept FINDING]…",
  description: [
    "Fetches each plugin from its source; without NAME, all of them. What is there byte by byte as approved is left alone.",
    "Shows the plugin whole and then what changes: tool definitions word by word, capabilities, imports, signers, size, licence.",
    "Grants stay as they are. Each plugin is approved for itself; one that is refused keeps running as it was approved.",
  ],
  options: {
    from: {
      type: "string",
      value: "SOURCE",
      summary: "take the one NAME from here, now and from now on",
    },
    endorse: {
      type: "string",
      value: "KEY",
      summary: "sign what the one NAME is now with your own key",
    },
    ...CONSENT_OPTIONS,
  },
  takesPlugins: true,
  argumentsMin: 0,
  argumentsMax: 64,
  examples: [
    "glovebox update",
    "glovebox update time",
    "glovebox update time --from ./time-1.1.0.tgz",
  ],
  async run(call) {
    const { out, configFile, machine } = call;
    const from = call.text("from");
    const consent = readConsent(call);
    const keyFile = call.text("endorse");
    for (const option of ["from", "digest", "endorse"])
      if (call.text(option) !== undefined && call.args.length !== 1)
        throw new CliError("ERR_USAGE", `\`--${option}\` is for one plugin: name it.`);
    if (call.texts("accept").length > 0 && call.args.length !== 1)
      throw new CliError("ERR_USAGE", "`--accept` is for one plugin: name it.");
    const endorser = keyFile === undefined ? undefined : readPrivateKey(keyFile, call);
    const all = Object.keys(readWorkspace(configFile, machine.files).configuration.plugins);
    const names = call.args.length > 0 ? [...new Set(call.args)] : all;
    const updated: { readonly alias: string; readonly version: string }[] = [];
    const reasons: GloveboxError[] = [];
    for (const alias of names) {
      try {
        const result = await updatePlugin({ alias, from, endorser, ...consent }, call);
        out.line();
        out.line(
          result
            ? `Approved and pinned ${out.style("bold", alias)} ${result.locked.version}.`
            : `${alias}: its source has the approved bytes.`,
        );
        if (result) updated.push({ alias, version: result.locked.version });
      } catch (error) {
        reasons.push(...reasonsOf(error));
      }
    }
    throwReasons(reasons);
    if (updated.length > 0)
      out.line("Next: `glovebox verify` checks the workspace as a start would.");
    out.result({
      updated,
      unchanged: names.filter((name) => !updated.some(({ alias }) => alias === name)),
    });
    return EXIT.done;
  },
};
