import type { FilePowers } from "../../supply/file-powers.ts";

const BYTES_MAX = 64 * 1024 * 1024;

/** Changes a file of a probe's own workspace. */
export function replaceBytes(
  file: string,
  files: FilePowers,
  change: (bytes: Uint8Array) => Uint8Array,
): void {
  const bytes = files.readFile(file, BYTES_MAX);
  if (bytes === undefined) throw new Error("a probe found nothing to change");
  files.writeFile(file, change(new Uint8Array(bytes)));
}
