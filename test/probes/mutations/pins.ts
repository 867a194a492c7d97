import { change, mutationsOf } from "./change.ts";

const INSTALLED = "runtime/supply/verify-installed.ts";
const JUDGE = "runtime/supply/signatures/judge-signature.ts";
const VERIFY = "runtime/supply/signatures/verify.ts";
const TRUST = "runtime/supply/signatures/trust.ts";
const START = "runtime/policy/gates/decide-start.ts";

/** Ring 0: what is pinned and signed, and what a start asks. */
export const PIN_MUTATIONS = mutationsOf(0, [
  [
    "a package's digest is compared with nothing",
    [
      change(
        INSTALLED,
        'assertSame("ERR_PACKAGE_CHANGED", alias, locked.package, opened.package);',
        "",
      ),
      change(
        INSTALLED,
        "if (digestOfBytes(bytes) === locked.package) throw cause;",
        "throw cause;",
      ),
    ],
    ["pin.changed-package", "pin.repacked"],
  ],
  [
    "a component's digest is not compared",
    change(
      INSTALLED,
      '() => assertSame("ERR_COMPONENT_CHANGED", alias, locked.digests.component, digests.component),',
      "",
    ),
    "pin.other-release",
  ],
  [
    "tool definitions are not compared",
    change(
      INSTALLED,
      '() => assertSame("ERR_SURFACE_CHANGED", alias, locked.digests.surface, digests.surface, tools),',
      "",
    ),
    "pin.other-release",
  ],
  [
    "requested capabilities are not compared",
    change(
      INSTALLED,
      '() => assertSame("ERR_CAPABILITIES_CHANGED", alias, locked.requested, opened.requested),',
      "",
    ),
    "pin.other-release",
  ],
  [
    "the manifest is not compared",
    change(
      INSTALLED,
      '() => assertSame("ERR_MANIFEST_CHANGED", alias, locked.digests.manifest, digests.manifest),',
      "",
    ),
    "pin.other-release",
  ],
  [
    "a missing signature is missed by nobody",
    [
      change(
        VERIFY,
        'throw new SupplyError("ERR_SIGNATURE_MISSING", `${actual.name} has no signature`);',
        ";",
      ),
      change(
        VERIFY,
        'throw new SupplyError("ERR_SIGNATURE_MISSING", `nobody signed ${actual.name} itself`);',
        ";",
      ),
    ],
    "pin.no-signature",
    { behind: "that nobody vouches is seen again when all signatures were read" },
  ],
  [
    "a signature is not verified",
    change(JUDGE, "verifyKeySignature(parsed, keyOf(candidates[0]!));", ""),
    "pin.flipped-signature",
  ],
  [
    "what a signature is about is not compared",
    change(JUDGE, "verifySameBytes(signed.digests, actual.digests);", ""),
    "pin.moved-signature",
  ],
  [
    "anybody's key counts",
    [
      change(JUDGE, "entries.filter((entry) => keyOf(entry).digest === claimedKey)", "entries"),
      change(JUDGE, "verifyKeySignature(parsed, keyOf(candidates[0]!));", ""),
    ],
    ["pin.flipped-signature", "pin.stranger"],
    { behind: "a signature is verified with a trusted key, which a stranger's never fits" },
  ],
  [
    "who signed is not compared with who was approved",
    change(INSTALLED, "verifySignersApproved(verdict, expected);", ""),
    "pin.other-signer",
  ],
  [
    "a key counts for every plugin",
    change(TRUST, "return plugins.some((glob) => matchesGlob(glob, plugin));", "return true;"),
    "pin.other-name",
  ],
  [
    "a key counts for ever",
    change(TRUST, "if (!times.every((time) => time <= untilMs))", "if (false)"),
    "pin.expired-key",
  ],
  [
    "a revoked digest is not looked for",
    change(
      TRUST,
      'if (found) throw revokedError("ERR_DIGEST_REVOKED"',
      'if (false) throw revokedError("ERR_DIGEST_REVOKED"',
    ),
    "pin.revoked",
  ],
  [
    "a revoked key is not looked for",
    change(
      TRUST,
      'return found && revokedError("ERR_KEY_REVOKED", `the key ${who.key}`, found);',
      "return undefined;",
    ),
    "pin.revoked-key",
  ],
  [
    "the lockfile's integrity is not compared",
    change(
      "runtime/plugin/lockfile.ts",
      "if (lockfile.integrity !== integrityOf(lockfile)) {",
      "if (false) {",
    ),
    "pin.edited-lockfile",
  ],
  [
    "grants are not compared with the approved ones",
    change(INSTALLED, "if (changes.length === 0) return;", "return;"),
    "pin.widened-grant",
  ],
  [
    "a plugin that nobody approved is passed over in silence",
    change(
      "runtime/workspace.ts",
      "for (const alias of Object.keys(workspace.configuration.plugins)) {",
      "for (const alias of Object.keys(workspace.locked)) {\n    if (!Object.hasOwn(workspace.configuration.plugins, alias)) continue;",
    ),
    "pin.not-approved",
  ],
  [
    "unknown keys of the configuration mean nothing",
    change("runtime/plugin/cursor.ts", "if (known.includes(key)) continue;", "continue;"),
    "start.unknown-key",
  ],
  [
    "production starts what is unsigned",
    change(START, "...unsignedPlugins(facts), ", ""),
    "start.unsigned",
  ],
  [
    "production starts without a seal",
    change(START, ", ...missingSeal(facts)", ""),
    ["start.no-seal", "start.expired-waiver"],
  ],
  [
    "whatever the seal's probe saw, it is in force",
    change(
      START,
      "return ATTACKED.includes(seal.name) && seal.allowed.length === 0 && seal.denied.length > 0;",
      "return true;",
    ),
    ["start.no-seal", "start.expired-waiver"],
  ],
  [
    "a waiver counts for ever",
    change(
      "runtime/policy/gates/waivers.ts",
      "return nowMs <= Date.parse(`${waiver.until}T23:59:59.999Z`);",
      "return true;",
    ),
    "start.expired-waiver",
  ],
  [
    "production asks nothing about ways out for private data",
    change(
      "runtime/policy/flow/decide-flow.ts",
      'if (facts.mode === "development") return [];',
      "return [];",
    ),
    "start.undecided-flow",
  ],
]);
