import type { Cursor } from "./cursor.ts";
import { PluginError } from "./errors.ts";

/**
 * Refuses a file of a version that we do not read, before anything else in it is judged by the rules of ours.
 * A version that is missing or no number is left to the reader of the file.
 * Throws `ERR_FORMAT_VERSION`.
 */
export function readFormatVersion(root: Cursor, key: string, file: string): void {
  const version = root.member(key);
  if (typeof version.value !== "number" || version.value === 1) return;
  const message = `${key} is ${version.value}, and this program reads version 1`;
  throw new PluginError("ERR_FORMAT_VERSION", message, { place: { file, ...version.place() } });
}
