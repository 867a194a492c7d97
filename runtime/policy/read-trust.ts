import type { Cursor } from "../plugin/cursor.ts";
import { SIGNERS_MAX } from "../plugin/formats.ts";
import { ISSUER, PLUGIN_NAME, SUBJECT } from "../plugin/rules.ts";
import type { ProvenanceRule, TrustEntry } from "../plugin/trust.ts";
import { remedyForUnknown } from "../plugin/suggest.ts";
import { quoteText } from "../plugin/text.ts";
import { readDay } from "./read-day.ts";

const TRUST_MAX = 256;
const GLOBS_MAX = 64;
const KINDS = ["key", "identity", "minisign"] as const;

/** Base64 of SPKI bytes on one line. Whether it is a key is the supply room's to say. */
const KEY = {
  lengthMin: 1,
  lengthMax: 256,
  pattern: /^[A-Za-z0-9+/]+={0,2}$/,
  shape: "base64 on one line",
};
const MINISIGN_KEY = {
  lengthMin: 56,
  lengthMax: 56,
  pattern: /^RW[A-Za-z0-9+/]{54}$/,
  shape: "a minisign public key, which begins with RW",
};
const GLOB = {
  lengthMin: 1,
  lengthMax: 40,
  pattern: /^[a-z0-9*-]+$/,
  shape: "a plugin's name in which `*` stands for any part, such as acme-*",
};
const REPOSITORY = {
  lengthMin: 9,
  lengthMax: 300,
  pattern: /^https:\/\/[a-z0-9.-]+(\/[A-Za-z0-9._-]+)+$/,
  shape: "a repository's address such as https://github.com/acme/time",
};
const WORKFLOW = {
  lengthMin: 1,
  lengthMax: 300,
  pattern: /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/,
  shape: "a file in the repository such as .github/workflows/release.yml",
};

/** Reads the section `trust`. One signer under two names, or one name for two signers, would leave it unclear whose globs hold. */
export function readTrust(member: Cursor): readonly TrustEntry[] {
  const seen = new Set<string>();
  if (member.isAbsent()) return [];
  const items = member.items(0, TRUST_MAX);
  const entries = items.map((item) => {
    const entry = readEntry(item);
    const signer = entry.kind === "identity" ? `${entry.issuer} ${entry.subject}` : entry.publicKey;
    if (seen.has(entry.name) || seen.has(signer))
      item.problem(
        `the name or the ${entry.kind === "identity" ? "identity" : "key"} stands in an earlier entry too`,
        "Put all globs of one signer into one entry.",
      );
    seen.add(entry.name).add(signer);
    return entry;
  });
  const names = entries.map(({ name }) => name);
  for (const [index, entry] of entries.entries()) checkCosigners(items[index], entry, names);
  return entries;
}

function readEntry(item: Cursor): TrustEntry {
  const present = KINDS.filter((kind) => item.member(kind).value !== undefined);
  const kind = present[0] ?? "key";
  if (present.length > 1)
    item.problem(
      `${present.map((name) => `"${name}"`).join(" and ")} in one entry`,
      "Write one entry for each signer.",
    );
  const fields = item.fields(
    ["name", kind, "plugins"],
    [...KINDS, "from", "until", "cosigners", ...(kind === "identity" ? ["provenance"] : [])],
  );
  const base = {
    name: fields.get("name").string(PLUGIN_NAME),
    plugins: fields
      .get("plugins")
      .items(1, GLOBS_MAX)
      .map((glob) => glob.string(GLOB)),
    ...fields.optional("from", readDay),
    ...fields.optional("until", readDay),
    ...fields.optional("cosigners", (names) =>
      names.items(1, SIGNERS_MAX - 1).map((name) => name.string(PLUGIN_NAME)),
    ),
  };
  if (base.from !== undefined && base.until !== undefined && base.until < base.from)
    fields.get("until").problem("before `from`, so that no day is left");
  const signer = fields.get(kind);
  if (kind === "key") return { kind, ...base, publicKey: signer.string(KEY) };
  if (kind === "minisign") return { kind, ...base, publicKey: signer.string(MINISIGN_KEY) };
  return {
    kind,
    ...base,
    ...readIdentity(signer),
    ...fields.optional("provenance", readProvenance),
  };
}

/** Who somebody is, and who says so. Both are compared letter by letter. */
export function readIdentity(member: Cursor): { issuer: string; subject: string } {
  const fields = member.fields(["issuer", "subject"]);
  return {
    issuer: fields.get("issuer").string(ISSUER),
    subject: fields.get("subject").string(SUBJECT),
  };
}

function readProvenance(member: Cursor): ProvenanceRule {
  const fields = member.fields(["repository", "workflow"]);
  return {
    repository: fields.get("repository").string(REPOSITORY),
    workflow: fields.get("workflow").string(WORKFLOW),
  };
}

function checkCosigners(
  item: Cursor | undefined,
  entry: TrustEntry,
  names: readonly string[],
): void {
  const seen = new Set([entry.name]);
  for (const [index, name] of (entry.cosigners ?? []).entries()) {
    const below = ["cosigners", index];
    if (seen.has(name))
      item?.problem(`${quoteText(name)} is this entry, or stands here twice`, "Remove it.", below);
    else if (!names.includes(name))
      item?.problem(`no entry is called ${quoteText(name)}`, remedyForUnknown(name, names), below);
    seen.add(name);
  }
}
