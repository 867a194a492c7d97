import type { ErrorDetail } from "../errors.ts";
import type { Cursor } from "../plugin/cursor.ts";
import { canonicalBytes } from "../plugin/canonical.ts";
import { readDocument } from "../plugin/document.ts";
import type { Digest, PluginDigests } from "../plugin/formats.ts";
import type { JsonLimits } from "../plugin/json.ts";
import { PLUGIN_NAME, VERSION } from "../plugin/rules.ts";
import { SupplyError } from "./errors.ts";

/** What a signature says: this plugin, of this version, is made of these bytes. */
export interface PluginStatement {
  readonly name: string;
  readonly version: string;
  readonly digests: PluginDigests;
}

const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://glovebox.dev/attestation/plugin/v1";
const LIMITS: JsonLimits = { bytesMax: 16 * 1024, depthMax: 8, nodesMax: 100 };
const HEX = { lengthMax: 64, pattern: /^[0-9a-f]{64}$/, shape: "64 lower-case hex digits" };

/** Subjects in the order in which they stand in every statement. */
const SUBJECTS = [
  ["component", "plugin.wasm"],
  ["surface", "tools.json"],
  ["manifest", "plugin.json"],
] as const satisfies readonly (readonly [keyof PluginDigests, string])[];

/** The statement as bytes to sign: an in-toto Statement v1 in canonical form. */
export function formatStatement({ name, version, digests }: PluginStatement): Uint8Array {
  return canonicalBytes({
    _type: STATEMENT_TYPE,
    subject: SUBJECTS.map(([key, file]) => ({
      name: file,
      digest: { sha256: digests[key].slice("sha256:".length) },
    })),
    predicateType: PREDICATE_TYPE,
    predicate: { name, version },
  });
}

/**
 * Reads a statement whose signature has been verified: its signer is known, but may still have signed nonsense.
 * Exactly our three subjects, each once, each with SHA-256 and no other digest.
 * Throws `ERR_STATEMENT_MALFORMED`, or `Refusals` of several.
 */
export function parseStatement(payload: Uint8Array): PluginStatement {
  const invalid = (message: string, detail: ErrorDetail) =>
    new SupplyError("ERR_STATEMENT_MALFORMED", message, detail);
  return readDocument(payload, { limits: LIMITS, invalid, hidden: invalid }, (root) => {
    const fields = root.fields(["_type", "subject", "predicateType", "predicate"]);
    fields.get("_type").exactly(STATEMENT_TYPE);
    fields.get("predicateType").exactly(PREDICATE_TYPE);
    const predicate = fields.get("predicate").fields(["name", "version"]);
    return {
      name: predicate.get("name").string(PLUGIN_NAME),
      version: predicate.get("version").string(VERSION),
      digests: readSubjects(fields.get("subject")),
    };
  });
}

function readSubjects(member: Cursor): PluginDigests {
  const items = member.items(SUBJECTS.length, SUBJECTS.length);
  const digests: Partial<Record<keyof PluginDigests, Digest>> = {};
  for (const [index, item] of items.entries()) {
    const [key, file] = SUBJECTS[index] ?? ["component", ""];
    const fields = item.fields(["name", "digest"]);
    fields.get("name").exactly(file);
    digests[key] = `sha256:${fields.get("digest").fields(["sha256"]).get("sha256").string(HEX)}`;
  }
  const { component = "sha256:", surface = "sha256:", manifest = "sha256:" } = digests;
  return { component, surface, manifest };
}
