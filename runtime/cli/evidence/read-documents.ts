import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { isJsonObject } from "@glovebox/host-api/json";
import debtSchema from "../../debt/debt-report.schema.json" with { type: "json" };
import { collectReasons, throwReasons } from "../../errors.ts";
import type { Cursor, StringRule } from "../../plugin/cursor.ts";
import { readDocument } from "../../plugin/document.ts";
import type { Lockfile } from "../../plugin/formats.ts";
import type { MakeProblem } from "../../plugin/problems.ts";
import { parseLockfile } from "../../plugin/lockfile.ts";
import { compileValidator } from "../../plugin/schema/validator.ts";
import type { DocumentName, Documents } from "./archive.ts";
import { DOCUMENTS } from "./archive.ts";
import { EvidenceError } from "./errors.ts";
import { readSbom, type ReadSbom } from "./read-sbom.ts";

/** What the documents of a bundle say. Their form is checked, and nothing of what they say. */
export interface ReadDocuments {
  readonly versions: Versions;
  readonly configuration: JsonObject;
  readonly lockfile: Lockfile;
  readonly sbom: ReadSbom;
  readonly debt: JsonObject;
  readonly probes: ProbesDocument;
  readonly audit: AuditDocument;
}

export interface Versions {
  readonly glovebox: string;
  readonly node: string;
  readonly bubblewrap: string | null;
  readonly seal: string;
}

export interface ProbesDocument {
  readonly held: readonly string[];
  readonly broken: readonly string[];
}

export interface AuditDocument {
  readonly verified: boolean;
  readonly publicKey: string;
  readonly chains: readonly AuditChain[];
}

export interface AuditChain {
  readonly chain: string;
  readonly headSeq: number;
  readonly headHash: string;
  readonly checkpoint?: {
    readonly seq: number;
    readonly prev: string;
    readonly timestamp: string;
    readonly signature: string;
  };
}

const DEPTH_MAX = 24;
const NODES_MAX = 100_000;
const PROBES_MAX = 1000;
const CHAINS_MAX = 1000;
const TEXT: StringRule = { lengthMax: 4000, lines: true };
const WORD: StringRule = { lengthMin: 1, lengthMax: 200 };
const RING_MAX = 5;
/** Of a chain without a checkpoint. */
const NOTHING_SIGNED = -1;
const TIME = {
  lengthMax: 24,
  pattern: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  shape: "a UTC time such as 2026-01-31T12:00:00.000Z",
};
const HASH = { lengthMax: 64, pattern: /^[0-9a-f]{64}$/, shape: "64 hex digits" };

/** Reads every document of a bundle whose signature holds. Throws `ERR_EVIDENCE_MALFORMED`, or `Refusals` of several. */
export function readDocuments(documents: Documents): ReadDocuments {
  const read = <Result>(name: DocumentName, work: (root: Cursor) => Result): Result => {
    const invalid: MakeProblem = (message, detail) =>
      new EvidenceError("ERR_EVIDENCE_MALFORMED", `${name}: ${message}.`, detail);
    const limits = { bytesMax: DOCUMENTS[name], depthMax: DEPTH_MAX, nodesMax: NODES_MAX };
    return readDocument(documents[name], { file: name, limits, invalid, hidden: invalid }, work);
  };
  const found: Partial<Record<keyof ReadDocuments, unknown>> = {};
  throwReasons(
    collectReasons([
      () => (found.versions = read("versions.json", readVersions)),
      () => (found.configuration = read("configuration.json", (root) => root.object())),
      () => (found.lockfile = readLockfile(documents["glovebox.lock.json"])),
      () => (found.sbom = read("sbom.cdx.json", readSbom)),
      () => (found.debt = read("debt.json", readDebt)),
      () => (found.probes = read("probes.json", readProbes)),
      () => (found.audit = read("audit.json", readAudit)),
    ]),
  );
  return found as ReadDocuments;
}

function readVersions(root: Cursor): Versions {
  const fields = root.fields([
    "format",
    "glovebox",
    "jco",
    "seal",
    "node",
    "v8",
    "openssl",
    "platform",
    "arch",
    "kernel",
    "bubblewrap",
  ]);
  fields.get("format").exactly(1);
  for (const name of ["jco", "v8", "openssl", "platform", "arch", "kernel"])
    fields.get(name).string(WORD);
  const bubblewrap = fields.get("bubblewrap");
  return {
    glovebox: fields.get("glovebox").string(WORD),
    node: fields.get("node").string(WORD),
    seal: fields.get("seal").string(WORD),
    bubblewrap: bubblewrap.value === null ? null : bubblewrap.string(WORD),
  };
}

function readLockfile(bytes: Uint8Array): Lockfile {
  let lockfile: Lockfile | undefined;
  const reasons = collectReasons([() => (lockfile = parseLockfile(bytes, "glovebox.lock.json"))]);
  throwReasons(
    reasons.map(
      (cause) =>
        new EvidenceError("ERR_EVIDENCE_MALFORMED", `glovebox.lock.json: ${cause.message}`, {
          cause,
        }),
    ),
  );
  return lockfile!;
}

function readDebt(root: Cursor): JsonObject {
  // Names and links of the schema itself are no part of what is checked.
  const { $id: _id, ...schema } = debtSchema as JsonObject;
  for (const { path, message } of compileValidator(schema)(root.value as JsonValue))
    root.problem(`${path === "" ? "the report" : path} ${message}`);
  return root.object();
}

function readProbes(root: Cursor): ProbesDocument {
  const fields = root.fields(["format", "at", "results"]);
  fields.get("format").exactly(1);
  fields.get("at").string(TIME);
  const ids = new Set<string>();
  const results = fields
    .get("results")
    .items(1, PROBES_MAX)
    .map((item) => {
      const probe = item.fields(["id", "ring", "claim", "held", "says"]);
      const ring = probe.get("ring");
      if (ring.value !== null && readCount(ring) > RING_MAX) ring.problem("no ring");
      probe.get("claim").string(TEXT);
      probe.get("says").string(TEXT);
      const id = probe.get("id").string(WORD);
      if (ids.has(id)) item.problem("a probe stands there twice");
      ids.add(id);
      return { id, held: probe.get("held").boolean() };
    });
  return {
    held: results.filter(({ held }) => held).map(({ id }) => id),
    broken: results.filter(({ held }) => !held).map(({ id }) => id),
  };
}

function readAudit(root: Cursor): AuditDocument {
  const fields = root.fields(["format", "verified", "problems", "public_key", "chains"]);
  fields.get("format").exactly(1);
  const [verified, problems] = [fields.get("verified").boolean(), fields.get("problems")];
  if (verified !== (readCount(problems) === 0)) problems.problem("not what `verified` says");
  const chains = fields.get("chains");
  const read = chains.items(0, CHAINS_MAX).map(readChain);
  if (new Set(read.map(({ chain }) => chain)).size < read.length)
    chains.problem("a chain stands there twice");
  return {
    verified,
    publicKey: fields.get("public_key").string({ lengthMax: 200 }),
    chains: read,
  };
}

function readChain(item: Cursor): AuditChain {
  const fields = item.fields([
    "chain",
    "first",
    "head",
    "lines",
    "checkpoints",
    "signed_to",
    "checkpoint",
  ]);
  const head = fields.get("head").fields(["seq", "hash"]);
  for (const name of ["first", "lines", "checkpoints"]) readCount(fields.get(name));
  const signedTo = fields.get("signed_to");
  if (signedTo.value !== NOTHING_SIGNED) readCount(signedTo);
  const chain = {
    chain: fields.get("chain").string(WORD),
    headSeq: readCount(head.get("seq")),
    headHash: head.get("hash").string(HASH),
  };
  const member = fields.get("checkpoint");
  if (!isJsonObject(member.value)) {
    if (member.value !== null) member.object();
    return chain;
  }
  const checkpoint = member.fields(["seq", "prev", "timestamp", "signature"]);
  return {
    ...chain,
    checkpoint: {
      seq: readCount(checkpoint.get("seq")),
      prev: checkpoint.get("prev").string(HASH),
      timestamp: checkpoint.get("timestamp").string(WORD),
      signature: checkpoint.get("signature").string(WORD),
    },
  };
}

function readCount(member: Cursor): number {
  if (Number.isSafeInteger(member.value) && Number(member.value) >= 0) return Number(member.value);
  member.problem("not a count");
  return 0;
}
