import type { JsonObject } from "@glovebox/host-api/json";
import { reasonsOf, type ErrorDetail } from "../../errors.ts";
import type { Cursor } from "../../plugin/cursor.ts";
import { canonicalBytes } from "../../plugin/canonical.ts";
import { readDocument } from "../../plugin/document.ts";
import type { Digest, PluginDigests } from "../../plugin/formats.ts";
import { parseJson, type JsonLimits } from "../../plugin/json.ts";
import { collectProblems } from "../../plugin/problems.ts";
import { PLUGIN_NAME, VERSION } from "../../plugin/rules.ts";
import { SupplyError } from "../errors.ts";

/** What a signature says: this plugin, of this version, is made of these bytes. */
export interface PluginStatement {
  readonly name: string;
  readonly version: string;
  readonly digests: PluginDigests;
}

export const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://glovebox.dev/attestation/plugin/v1";
const LIMITS: JsonLimits = { bytesMax: 16 * 1024, depthMax: 8, nodesMax: 100 };
/** A statement of another kind may be longer. */
const PEEK_LIMITS: JsonLimits = { bytesMax: 32 * 1024, depthMax: 16, nodesMax: 2000 };
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
  const source = { limits: LIMITS, invalid: malformed, hidden: malformed };
  return readDocument(payload, source, (root) => {
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

/** What a payload says that it is about. Undefined when it is nothing that can be read: whoever reads it then says so. */
export function predicateTypeOf(payload: Uint8Array): string | undefined {
  const source = { limits: PEEK_LIMITS, invalid: malformed, hidden: malformed };
  try {
    return collectProblems((problems) => {
      const { value } = parseJson(payload, source, problems);
      const type = (value as JsonObject | null)?.["predicateType"];
      return typeof type === "string" ? type : undefined;
    });
  } catch (error) {
    reasonsOf(error);
    return undefined;
  }
}

function malformed(message: string, detail: ErrorDetail): SupplyError {
  return new SupplyError("ERR_STATEMENT_MALFORMED", message, detail);
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
