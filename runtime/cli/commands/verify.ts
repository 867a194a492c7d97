import { EXIT, reasonsOf, throwReasons, type GloveboxError } from "../../errors.ts";
import { readWorkspace, verifyWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { assertKeys } from "../doctor/check-keys.ts";
import { gatherHttpStart, gatherLocalStart, isForHttp } from "../gates/served-start.ts";
import { checkStart } from "../serving/start-check.ts";

export const verify: Command = {
  name: "verify",
  summary: "check everything from the bytes, as a start would, and list every reason to refuse",
  usage: "",
  description: [
    "Parses the configuration and the lockfile, and verifies digests, signatures, signers, capabilities and grants.",
    "Asks the same gates as `serve`, or where `server` says how HTTP is served as `serve --http`, and whoever holds the keys of `encryption`.",
    "Changes nothing and runs no plugin. Exit 3 when a start would be refused.",
  ],
  options: {},
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox verify", "NODE_ENV=production glovebox verify --json"],
  async run({ configFile, out, machine }) {
    const workspace = readWorkspace(configFile, machine.files);
    const seal = await machine.probeSeal();
    const isHttp = isForHttp(workspace.configuration);
    const served = isHttp ? gatherHttpStart(workspace, machine) : gatherLocalStart(workspace);
    // debt("GB-019"): grants are not opened here.
    const reasons: GloveboxError[] = [];
    const note = (thrown: unknown): undefined => void reasons.push(...reasonsOf(thrown));
    const startable = attempt(
      () => checkStart(workspace, verifyWorkspace(workspace, machine.files), seal, served),
      note,
    );
    await assertKeys(workspace, machine).catch(note);
    throwReasons(reasons);
    const { plugins, mode, warnings } = startable!;
    for (const { alias, manifest, digests, signers } of plugins) {
      const vouched =
        signers.length > 0
          ? `signed by ${signers.map(({ trust }) => trust).join(" and ")}`
          : "UNSIGNED";
      out.line(
        `${out.style("green", "ok")}  ${alias}  ${manifest.name} ${manifest.version}  ${digests.component}  ${vouched}`,
      );
    }
    for (const words of warnings) out.line(`${out.style("yellow", "warning")}  ${words}`);
    out.line(
      `${plugins.length} plugin${plugins.length === 1 ? "" : "s"} verified in ${mode} mode. Seal: ${seal.name}.`,
    );
    const start = isHttp ? "glovebox serve --http" : "glovebox serve";
    out.line(`Next: \`${start}\` starts; that is the start that was asked about.`);
    out.result({
      mode,
      start,
      seal: seal.name,
      verified: plugins.map((plugin) => plugin.alias),
      warnings,
    });
    return EXIT.done;
  },
};

/** What it made, or what `failed` makes of what it threw. */
function attempt<Value>(
  make: () => Value,
  failed: (thrown: unknown) => undefined,
): Value | undefined {
  try {
    return make();
  } catch (thrown) {
    return failed(thrown);
  }
}
