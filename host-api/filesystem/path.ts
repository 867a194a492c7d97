import { HostError } from "../errors.ts";

export const PATH_BYTES_MAX = 4096;
export const NAME_BYTES_MAX = 255;
export const DEPTH_MAX = 64;

/** C0 and C1 controls, and DEL: no name needs them, and terminals and logs obey them. */
const CONTROL = /\p{Cc}/u;
const UTF8 = new TextEncoder();

/**
 * Reads a guest's path into plain names: relative, `/`-separated, well-formed Unicode.
 * `.` and repeated `/` collapse, so `""` and `"."` are the folder itself: the empty list.
 * The guest controls `value`, its type included.
 * Throws `HostError`: `not-permitted` for `..`, absolute paths and backslashes, `invalid-argument` for what is malformed.
 */
export function parsePath(value: unknown): readonly string[] {
  if (typeof value !== "string") throw new HostError("invalid-argument", "a path is not a string");
  if (value.length > PATH_BYTES_MAX || !value.isWellFormed() || CONTROL.test(value))
    throw new HostError("invalid-argument", "a path is too long, or not plain text");
  if (UTF8.encode(value).length > PATH_BYTES_MAX)
    throw new HostError("invalid-argument", "a path is too long");
  if (value.startsWith("/")) throw new HostError("not-permitted", "a path is absolute");
  const names = value.split("/").filter((name) => name !== "" && name !== ".");
  if (names.length > DEPTH_MAX) throw new HostError("invalid-argument", "a path is too deep");
  names.forEach(assertPlainName);
  return names;
}

/** Like `parsePath`, for operations that need a name below the folder: refuses the folder itself. */
export function parseLeafPath(value: unknown): readonly string[] {
  const names = parsePath(value);
  if (names.length === 0) throw new HostError("invalid-argument", "a path names no entry");
  return names;
}

/** Whether `name` can stand between two slashes and mean one directory entry, and nothing else. */
export function isPlainName(name: string): boolean {
  return (
    name !== "" &&
    name !== "." &&
    name !== ".." &&
    !/[/\\]/.test(name) &&
    !CONTROL.test(name) &&
    name.isWellFormed() &&
    UTF8.encode(name).length <= NAME_BYTES_MAX
  );
}

/**
 * Refuses what is not one plain name. The powers below ask again before every system call: whatever a
 * caller forgot, no other string is ever joined to a folder.
 */
export function assertPlainName(name: string): void {
  if (isPlainName(name)) return;
  const escapes = name === ".." || name.includes("\\");
  throw new HostError(
    escapes ? "not-permitted" : "invalid-argument",
    "a path has a name that is not plain",
  );
}
