import type { Verdict } from "../../debt/probe-result.ts";
import { replaceBytes } from "./change-files.ts";
import { escaped, held, type Probe } from "./probe.ts";
import { HOSTILE, type ProbeStage } from "./stage.ts";

/** Ring 0: nothing runs that is not pinned and signed. */
export const PIN_PROBES: readonly Probe[] = [
  {
    id: "pin.changed-package",
    ring: 0,
    claim: "A package in the store of which one byte changed does not start",
    threats: ["T01"],
    attempt: (stage) =>
      refused(stage, (paths, { package: digest }) =>
        replaceBytes(paths.packageFile(digest), stage.machine.files, (bytes) => {
          const at = bytes.length >> 1;
          bytes[at] = (bytes[at] ?? 0) ^ 1;
          return bytes;
        }),
      ),
  },
  {
    id: "pin.no-signature",
    ring: 0,
    claim: "A package whose signature is gone does not start",
    threats: ["T02"],
    attempt: (stage) =>
      refused(stage, (paths, { package: digest, signers }) => {
        for (const signer of signers)
          stage.machine.files.writeFile(paths.bundleFile(digest, signer), "{}");
      }),
  },
  {
    id: "pin.not-trusted",
    ring: 0,
    claim: "A package whose signer nobody trusts does not start",
    threats: ["T02"],
    attempt: (stage) =>
      refused(stage, ({ configFile }) =>
        replaceText(stage, configFile, /^trust:\n(?:[ -].*\n)+/m, ""),
      ),
  },
  {
    id: "pin.revoked",
    ring: 0,
    claim: "A package whose digest was revoked does not start",
    threats: ["T31"],
    attempt: (stage) =>
      refused(stage, ({ configFile }, { package: digest }) =>
        replaceText(
          stage,
          configFile,
          /$/,
          `revoked:\n  digests:\n    - digest: ${digest}\n      reason: a probe\n      date: 2026-01-01\n`,
        ),
      ),
  },
  {
    id: "pin.edited-lockfile",
    ring: 0,
    claim: "A lockfile that was edited by hand does not start",
    threats: ["T05", "T35"],
    attempt: (stage) =>
      refused(stage, ({ lockFile }) =>
        replaceText(stage, lockFile, /"version": "1\.0\.0"/, '"version": "1.0.1"'),
      ),
  },
  {
    id: "pin.widened-grant",
    ring: 0,
    claim: "A grant that was widened after the approval does not start",
    threats: ["T05"],
    attempt: (stage) =>
      refused(stage, ({ configFile }) =>
        replaceText(stage, configFile, /probe\.invalid:443/, "other.invalid:443"),
      ),
  },
];

async function refused(
  stage: ProbeStage,
  change: Parameters<ProbeStage["refusals"]>[0],
): Promise<Verdict> {
  const codes = await stage.refusals(change);
  return codes.length > 0 ? held(`refused: ${codes.join(", ")}`) : escaped("it would start");
}

function replaceText(stage: ProbeStage, file: string, what: RegExp, by: string): void {
  replaceBytes(file, stage.machine.files, (bytes) => {
    const text = Buffer.from(bytes).toString("utf8");
    const changed = text.replace(what, by);
    if (changed === text) throw new Error(`a probe found nothing to change for ${HOSTILE.whole}`);
    return Buffer.from(changed);
  });
}
