import path from "node:path";
import { SIGNERS_MAX } from "../../plugin/formats.ts";
import type { FilePowers } from "../file-powers.ts";
import type { SignatureFile } from "../installed.ts";

/** What is read of one signature. */
export const SIGNATURE_BYTES_MAX = 256 * 1024;
const MINISIGN_ENDING = ".minisig";
/** `.sigstore.json`, or `.WORD.sigstore.json` for further signers. A word has no dot: `a.tgz.b.tgz` is another package. */
const SIGSTORE_ENDING = /^(\.[A-Za-z0-9_-]{1,80})?\.sigstore\.json$/;

/** Reads every signature beside `target`: `FILE.sigstore.json`, `FILE.minisig`, `FILE.WORD.sigstore.json`. */
export function readSignatureFiles(target: string, files: FilePowers): readonly SignatureFile[] {
  return listSignatureFiles(target, files).flatMap((file) => readSignature(file, files));
}

/** One signature, whose name says its format; or none where there is no file. */
export function readSignature(file: string, files: FilePowers): readonly SignatureFile[] {
  const format = file.endsWith(MINISIGN_ENDING) ? "minisign" : "sigstore";
  const bytes = files.readFile(file, SIGNATURE_BYTES_MAX);
  return bytes ? [{ file, format, bytes }] : [];
}

/** Whether beside `target` lie exactly these signatures, byte by byte, under whatever names. */
export function holdsSignatureFiles(
  target: string,
  bundles: readonly SignatureFile[],
  files: FilePowers,
): boolean {
  const found = listSignatureFiles(target, files);
  return (
    found.length === bundles.length &&
    bundles.every(({ bytes }) => found.some((file) => files.holds(file, bytes))) &&
    found.every((file) => bundles.some(({ bytes }) => files.holds(file, bytes)))
  );
}

/** One more than may be, so that too many are seen to be too many. */
function listSignatureFiles(target: string, files: FilePowers): readonly string[] {
  const [folder, base] = [path.dirname(target), path.basename(target)];
  return files
    .list(folder)
    .filter((name) => name.startsWith(base) && isSignatureEnding(name.slice(base.length)))
    .toSorted((one, other) => one.length - other.length || (one < other ? -1 : 1))
    .slice(0, SIGNERS_MAX + 1)
    .map((name) => path.join(folder, name));
}

function isSignatureEnding(ending: string): boolean {
  return ending === MINISIGN_ENDING || SIGSTORE_ENDING.test(ending);
}
