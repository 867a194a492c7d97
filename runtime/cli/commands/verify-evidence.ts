import path from "node:path";
import type { KeyObject } from "node:crypto";
import { readPublicKey } from "../../audit/chain/checkpoint.ts";
import { EXIT } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { parsePublicKey } from "../../supply/signatures/keys.ts";
import { plural } from "../../plugin/schema/check.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { ARCHIVE_BYTES_MAX } from "../evidence/archive.ts";
import { EvidenceError } from "../evidence/errors.ts";
import { verifyEvidence as verify, type VerifiedEvidence } from "../evidence/verify-evidence.ts";
import { readKeyWords } from "../key-words.ts";

const HOUR_MS = 3_600_000;
const SPANS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS };

export const verifyEvidence: Command = {
  name: "verify-evidence",
  summary: "check a bundle of evidence anywhere, and say what it proves",
  usage: "FILE --key KEY… [--audit-key KEY]… [--max-age TIME]",
  description: [
    "Needs no workspace. Checks who signed, that no document was changed, that each is of its form, and that they agree.",
    "KEY is the operator's public key, or the file that it stands in: get it by another way than the bundle.",
    "--audit-key is what `glovebox audit key` prints there: without it, checkpoints are held against the key that the bundle itself names.",
    "Exit 3 when something does not hold.",
  ],
  options: {
    key: { type: "string", multiple: true, value: "KEY", summary: "whose signature counts" },
    "audit-key": {
      type: "string",
      multiple: true,
      value: "KEY",
      summary: "the key of the operator's audit trail",
    },
    "max-age": { type: "string", value: "TIME", summary: "refuse what is older: 30d, or 12h" },
  },
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox verify-evidence glovebox-evidence.tar --key operator.pub --max-age 30d"],
  async run(call) {
    const { args, machine, out, text, texts } = call;
    const file = path.resolve(args[0] ?? "");
    if (texts("key").length === 0)
      throw new CliError(
        "ERR_USAGE",
        "Name the public key of whoever should have signed: `--key KEY`.",
      );
    const ageMsMax = readAge(text("max-age"));
    const bytes = readBundle(file, call);
    const verified = verify(bytes, {
      keys: texts("key").map((words) => readKeyWords(words, machine.files, parsePublicKey)),
      auditKeys: texts("audit-key").map((words) =>
        readKeyWords(words, machine.files, readAuditKey),
      ),
      nowMs: machine.powers.nowMs(),
      ...(ageMsMax === undefined ? {} : { ageMsMax }),
    });
    for (const line of explain(verified)) out.line(makeVisible(line));
    out.result(summarize(verified));
    return EXIT.done;
  },
};

function readBundle(file: string, { machine }: CommandCall): Uint8Array {
  if (machine.files.kindOf(file) !== "file")
    throw new CliError("ERR_FILE_MISSING", "There is no bundle here.", { place: { file } });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (const piece of machine.files.readPieces(file)) {
    size += piece.length;
    if (size > ARCHIVE_BYTES_MAX)
      throw new EvidenceError(
        "ERR_EVIDENCE_MALFORMED",
        `This is no evidence bundle: it has more than ${ARCHIVE_BYTES_MAX} bytes.`,
        { place: { file } },
      );
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}

function readAuditKey(text: string): KeyObject {
  const key = readPublicKey(text);
  if (key) return key;
  throw new CliError(
    "ERR_USAGE",
    "What follows `--audit-key` is neither a key, as `glovebox audit key` prints it, nor a file with one.",
  );
}

function readAge(words: string | undefined): number | undefined {
  if (words === undefined) return undefined;
  const [, count, unit = ""] = /^([1-9][0-9]{0,4})([hd])$/.exec(words) ?? [];
  const span = SPANS[unit];
  if (span !== undefined) return Number(count) * span;
  throw new CliError("ERR_USAGE", `\`--max-age ${words}\` is not a time.`, {
    remedy: "Write 30d, or 12h.",
  });
}

/** What is proven, what is said, and what is neither. */
function explain({ key, statement, digests, documents, auditKey }: VerifiedEvidence): string[] {
  const { versions, lockfile, sbom, debt, probes, audit } = documents;
  const items = debt["items"] as readonly { readonly status: string }[];
  const open = items.filter(({ status }) => status === "open").length;
  const trail = {
    named: "Its checkpoints are signed by the audit key that you named.",
    claimed:
      "Its checkpoints are signed by the key that the bundle itself names: name yours with --audit-key to prove more.",
    none: "It has no checkpoint yet.",
  }[auditKey];
  return [
    "Proven:",
    `  Signed by ${key}, and nothing was changed since: ${Object.keys(digests).length} documents, each with its digest.`,
    "  Every document is of its form, and they agree on releases, plugins, digests, grants and waivers.",
    `  ${trail}`,
    "",
    `The signer says, of ${statement.madeAt} by a clock of its own:`,
    `  Glovebox ${versions.glovebox} on Node ${versions.node}, seal ${versions.seal}.`,
    `  ${plural(Object.keys(lockfile.plugins).length, "plugin")}, ${sbom.packages} packages in the release.`,
    `  ${open} of ${items.length} debt items are open.`,
    `  ${probes.held.length} of ${probes.held.length + probes.broken.length} probes held${probes.broken.length === 0 ? "" : `; got through: ${probes.broken.join(", ")}`}.`,
    `  The audit trail ${audit.verified ? "is whole" : "is NOT what was written"}.`,
    "",
    "Not proven:",
    "  That any of this is true of the machine: whoever holds the key can sign anything, and set the clock.",
    "  That this workspace is the one that serves, or that it still is as it was. What was redacted may be anything.",
  ];
}

function summarize({ key, statement, digests, documents, auditKey }: VerifiedEvidence): object {
  const { versions, lockfile, probes, audit } = documents;
  return {
    verified: true,
    key,
    made_at: statement.madeAt,
    digests,
    audit_key: auditKey,
    claims: {
      versions,
      plugins: Object.fromEntries(
        Object.entries(lockfile.plugins).map(([alias, { version, digests: parts }]) => [
          alias,
          { version, component: parts.component },
        ]),
      ),
      probes,
      audit_verified: audit.verified,
      audit_heads: audit.chains.map(
        ({ chain, headSeq, headHash }) => `${chain}:${headSeq}:${headHash}`,
      ),
    },
  };
}
