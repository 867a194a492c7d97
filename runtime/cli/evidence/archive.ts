import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Digest } from "../../plugin/formats.ts";
import { SupplyError } from "../../supply/errors.ts";
import { readTar, writeTar } from "../../supply/tar.ts";
import { EvidenceError } from "./errors.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** The documents of a bundle, in the order in which they stand in it, and the most bytes of each. */
export const DOCUMENTS = {
  "versions.json": 64 * KIB,
  "configuration.json": 4 * MIB,
  "glovebox.lock.json": 4 * MIB,
  "sbom.cdx.json": 8 * MIB,
  "debt.json": 4 * MIB,
  "probes.json": 512 * KIB,
  "audit.json": MIB,
} as const;
export type DocumentName = keyof typeof DOCUMENTS;
export const DOCUMENT_NAMES = Object.keys(DOCUMENTS) as readonly DocumentName[];
export type Documents = Readonly<Record<DocumentName, Uint8Array>>;
export type DocumentDigests = Readonly<Record<DocumentName, Digest>>;

/** The signature stands first: whoever reads on knows already whose words they are. */
const SIGNATURE = "evidence.sigstore.json";
const SIGNATURE_BYTES_MAX = 64 * KIB;
export const ARCHIVE_BYTES_MAX = 24 * MIB;

export interface Archive {
  /** A Sigstore bundle. Whether it holds is not known yet. */
  readonly signature: Uint8Array;
  readonly documents: Documents;
}

/** Writes a bundle: a plain ustar archive, the same bytes for the same documents. */
export function formatArchive({ signature, documents }: Archive): Uint8Array {
  return writeTar([
    { name: SIGNATURE, bytes: signature },
    ...DOCUMENT_NAMES.map((name) => ({ name, bytes: documents[name] })),
  ]);
}

/**
 * Reads a bundle that anybody may have made: every document there is, once, in order, and nothing else in any byte.
 * Throws `ERR_EVIDENCE_MALFORMED`.
 */
export function parseArchive(bytes: Uint8Array): Archive {
  if (bytes.length > ARCHIVE_BYTES_MAX) throw malformed(`more than ${ARCHIVE_BYTES_MAX} bytes`);
  const entries = readEntries(bytes);
  const take = (name: string): Uint8Array => {
    const entry = entries.get(name);
    if (!entry) throw malformed(`${name} is missing`);
    return entry;
  };
  const signature = take(SIGNATURE);
  const documents = Object.fromEntries(DOCUMENT_NAMES.map((name) => [name, take(name)])) as Record<
    DocumentName,
    Uint8Array
  >;
  const archive = { signature, documents };
  // Owners, modes, times and the order are nobody's words: where they say something, somebody has changed them.
  if (Buffer.compare(formatArchive(archive), bytes) !== 0)
    throw malformed("it is not an archive as Glovebox writes it");
  return archive;
}

export function digestsOf(documents: Documents): DocumentDigests {
  return Object.fromEntries(
    DOCUMENT_NAMES.map((name) => [name, digestOfBytes(documents[name])]),
  ) as Record<DocumentName, Digest>;
}

function readEntries(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const sizes = new Map<string, number>([
    [SIGNATURE, SIGNATURE_BYTES_MAX],
    ...Object.entries(DOCUMENTS),
  ]);
  try {
    return readTar(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), sizes);
  } catch (cause) {
    if (!(cause instanceof SupplyError)) throw cause;
    throw malformed(cause.message, cause);
  }
}

function malformed(what: string, cause?: unknown): EvidenceError {
  return new EvidenceError("ERR_EVIDENCE_MALFORMED", `This is no evidence bundle: ${what}.`, {
    cause,
  });
}
