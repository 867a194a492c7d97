import type { Verdict } from "../../debt/probe-result.ts";
import { generateKey, parsePrivateKey } from "../../supply/signatures/keys.ts";
import { replaceBytes, replaceText } from "./change-files.ts";
import { makeOtherRelease, signRelease } from "./other-release.ts";
import { escaped, held, type Probe } from "./probe.ts";
import type { ProbeStage } from "./stage.ts";

type Change = Parameters<ProbeStage["refusals"]>[0];

/** Ring 0: nothing runs that is not pinned and signed. Each is refused by the very check that is there for it. */
export const PIN_PROBES: readonly Probe[] = [
  refused(
    "pin.changed-package",
    "A package in the store of which one byte changed does not start",
    ["T01"],
    ["ERR_PACKAGE_CHANGED"],
    ({ machine }) =>
      (paths, { package: digest }) =>
        replaceBytes(paths.packageFile(digest), machine.files, (bytes) => flipBit(bytes)),
  ),
  refused(
    "pin.repacked",
    "A package with the approved parts and another README does not start",
    ["T01"],
    ["ERR_PACKAGE_CHANGED"],
    (stage) =>
      (paths, { package: digest }) => {
        const { packed } = makeOtherRelease(stage.packed, ["readme"]);
        stage.machine.files.writeFile(paths.packageFile(digest), packed);
      },
  ),
  refused(
    "pin.other-release",
    "Another release that the same author signed does not start in place of the approved one",
    ["T01", "T35"],
    [
      "ERR_COMPONENT_CHANGED",
      "ERR_SURFACE_CHANGED",
      "ERR_CAPABILITIES_CHANGED",
      "ERR_MANIFEST_CHANGED",
    ],
    (stage) =>
      (paths, { package: digest, signers }) => {
        const other = makeOtherRelease(stage.packed, ["component", "surface", "manifest"]);
        const bundle = signRelease(other, parsePrivateKey(stage.authorsKey));
        const { files } = stage.machine;
        files.writeFile(paths.packageFile(digest), other.packed);
        for (const signer of signers) files.writeFile(paths.bundleFile(digest, signer), bundle);
      },
  ),
  refused(
    "pin.no-signature",
    "A package whose signature is gone does not start",
    ["T02"],
    ["ERR_SIGNATURE_MISSING"],
    ({ machine }) =>
      (paths, { package: digest, signers }) => {
        for (const signer of signers) machine.files.remove(paths.bundleFile(digest, signer));
      },
  ),
  refused(
    "pin.flipped-signature",
    "A signature of which one bit changed does not count",
    ["T02"],
    ["ERR_SIGNATURE_INVALID"],
    ({ machine }) =>
      (paths, { package: digest, signers }) => {
        for (const signer of signers)
          replaceText(paths.bundleFile(digest, signer), machine.files, /"sig":"(.)/, (_, first) =>
            first === "A" ? '"sig":"B' : '"sig":"A',
          );
      },
  ),
  refused(
    "pin.moved-signature",
    "A signature over another release does not count",
    ["T02"],
    [
      "ERR_SIGNATURE_OTHER_COMPONENT",
      "ERR_SIGNATURE_OTHER_SURFACE",
      "ERR_SIGNATURE_OTHER_MANIFEST",
    ],
    (stage) =>
      (paths, { package: digest, signers }) => {
        const other = makeOtherRelease(stage.packed, ["component", "surface", "manifest"]);
        const bundle = signRelease(other, parsePrivateKey(stage.authorsKey));
        for (const signer of signers)
          stage.machine.files.writeFile(paths.bundleFile(digest, signer), bundle);
      },
  ),
  refused(
    "pin.stranger",
    "A signature by a key that nobody trusts does not count",
    ["T02"],
    ["ERR_SIGNER_UNKNOWN"],
    (stage) =>
      (paths, { package: digest, signers }) => {
        const stranger = parsePrivateKey(generateKey().privateKey);
        const bundle = signRelease(makeOtherRelease(stage.packed, []), stranger);
        for (const signer of signers)
          stage.machine.files.writeFile(paths.bundleFile(digest, signer), bundle);
      },
  ),
  refused(
    "pin.other-signer",
    "A signature by somebody else who is trusted does not stand in for the approved one",
    ["T31"],
    ["ERR_SIGNER_CHANGED"],
    (stage) =>
      (paths, { package: digest, signers }) => {
        const { files } = stage.machine;
        const { privateKey, publicKey } = generateKey();
        const entry = `trust:\n  - name: other\n    key: ${publicKey.text}\n    plugins: [probe]\n`;
        replaceText(paths.configFile, files, /^trust:\n/m, entry);
        const release = makeOtherRelease(stage.packed, []);
        const bundle = signRelease(release, parsePrivateKey(privateKey));
        for (const signer of signers) files.writeFile(paths.bundleFile(digest, signer), bundle);
      },
  ),
  refused(
    "pin.other-name",
    "A key does not count for plugins that its trust entry does not name",
    ["T02"],
    ["ERR_SIGNER_NOT_FOR_PLUGIN"],
    edited(/^(\s+plugins:\s*\n?\s*(?:- |\[\s*)?)"?probe"?/m, "$1other"),
  ),
  refused(
    "pin.expired-key",
    "A key does not count after the day until which it was trusted",
    ["T31"],
    ["ERR_KEY_EXPIRED"],
    edited(/^(\s+)plugins:/m, "$1until: 2001-01-01\n$1plugins:"),
  ),
  refused(
    "pin.revoked",
    "A package whose digest was revoked does not start",
    ["T31"],
    ["ERR_DIGEST_REVOKED"],
    ({ machine }) =>
      (paths, { package: digest }) =>
        replaceText(paths.configFile, machine.files, /$/, revoked("digests", `digest: ${digest}`)),
  ),
  refused(
    "pin.revoked-key",
    "A key that was revoked does not count",
    ["T31"],
    ["ERR_KEY_REVOKED"],
    ({ machine }) =>
      (paths, { signers }) => {
        const keys = signers.flatMap((signer) => (signer.kind === "key" ? [signer.key] : []));
        replaceText(paths.configFile, machine.files, /$/, revoked("keys", `key: ${keys.join("")}`));
      },
  ),
  refused(
    "pin.edited-lockfile",
    "A lockfile that was edited by hand does not start",
    ["T05", "T35"],
    ["ERR_LOCKFILE_EDITED"],
    ({ machine }) =>
      ({ lockFile }) =>
        replaceText(lockFile, machine.files, /"approvedAt": "\d{4}/, '"approvedAt": "2001'),
  ),
  refused(
    "pin.widened-grant",
    "A grant that was widened after the approval does not start",
    ["T05"],
    ["ERR_GRANTS_CHANGED"],
    edited(/probe\.invalid/, "other.invalid"),
  ),
  refused(
    "pin.not-approved",
    "A plugin that is configured and was never approved does not start",
    ["T05"],
    ["ERR_NOT_PINNED"],
    edited(/"neighbour":/, '"newcomer":'),
  ),
  refused(
    "start.unknown-key",
    "A configuration with a key that means nothing does not start",
    ["T05"],
    ["ERR_CONFIG_INVALID"],
    edited(/$/, "sandbox: false\n"),
  ),
  refused(
    "start.unsigned",
    "Production does not start a plugin that is marked as unsigned",
    ["T02", "T20"],
    ["ERR_GATE_UNSIGNED"],
    inProduction(/"source":/, '"unsigned":true,"source":'),
  ),
  refused(
    "start.no-seal",
    "Production does not start without a seal",
    ["T20"],
    ["ERR_GATE_RING5"],
    inProduction(/^waivers:.*\n/m, ""),
    true,
  ),
  refused(
    "start.expired-waiver",
    "A waiver does not count after its day",
    ["T20"],
    ["ERR_GATE_RING5", "ERR_GATE_WAIVER_EXPIRED"],
    inProduction(/^(waivers:.*)2999-12-31/m, "$12001-01-01"),
    true,
  ),
  refused(
    "start.undecided-flow",
    "Production does not start with a way out for private data that nobody decided on",
    ["T39"],
    ["ERR_GATE_FLOW"],
    inProduction(/$/, "\n"),
  ),
];

/**
 * Refused for exactly these reasons, and for others besides: what is refused by something else alone has not shown that
 * the check is there.
 */
function refused(
  id: string,
  claim: string,
  threats: readonly string[],
  codes: readonly string[],
  makeChange: (stage: ProbeStage) => Change,
  isUnsealed = false,
): Probe {
  return {
    id,
    ring: 0,
    claim,
    threats,
    async attempt(stage): Promise<Verdict> {
      const { seal } = stage;
      const missing = { ...seal, name: "none", denied: [], allowed: ["everything"] } as const;
      const refusals = stage.refusals(makeChange(stage), isUnsealed ? missing : seal);
      const lacking = codes.filter((code) => !refusals.includes(code));
      if (refusals.length === 0) return escaped("it would start");
      return lacking.length === 0
        ? held(`refused: ${codes.join(", ")}`)
        : escaped(`not refused for: ${lacking.join(", ")}`);
    },
  };
}

function edited(what: RegExp, by: string): (stage: ProbeStage) => Change {
  return ({ machine }) =>
    ({ configFile }) =>
      replaceText(configFile, machine.files, what, by);
}

function inProduction(what: RegExp, by: string): (stage: ProbeStage) => Change {
  return (stage) => (paths, locked) => {
    edited(/$/, "mode: production\n")(stage)(paths, locked);
    edited(what, by)(stage)(paths, locked);
  };
}

function revoked(list: "digests" | "keys", entry: string): string {
  return `revoked:\n  ${list}:\n    - ${entry}\n      reason: attacked by a probe\n      date: 2026-01-01\n`;
}

function flipBit(bytes: Uint8Array): Uint8Array {
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}
