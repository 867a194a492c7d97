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

/** The same for text. Throws where nothing changed: an attempt that was never made would look as if it had been refused. */
export function replaceText(
  file: string,
  files: FilePowers,
  what: RegExp,
  by: string | ((whole: string, first: string) => string),
): void {
  replaceBytes(file, files, (bytes) => {
    const text = Buffer.from(bytes).toString("utf8");
    const changed = typeof by === "string" ? text.replace(what, by) : text.replace(what, by);
    if (changed === text) throw new Error("a probe found nothing to change");
    return Buffer.from(changed);
  });
}
