import { WorkspaceError } from "../workspace-errors.ts";

/** What Node's error codes mean, in words that stand behind "cannot be read:" and "cannot be written:". */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space is left",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it would be larger than a file may be",
  EEXIST: "something else is in its place",
  EISDIR: "it is a folder",
  ENOENT: "the folder does not exist",
  ENOTDIR: "a part of the path is not a folder",
  ELOOP: "too many links",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many files are open",
};

export function unreadable(file: string, cause: unknown): WorkspaceError {
  const message = `The file cannot be read: ${words(cause)}.`;
  return new WorkspaceError("ERR_WORKSPACE_UNREADABLE", message, { place: { file }, cause });
}

export function notWritable(file: string, cause: unknown): WorkspaceError {
  const message = `Cannot write here: ${words(cause)}.`;
  return new WorkspaceError("ERR_WORKSPACE_NOT_WRITABLE", message, { place: { file }, cause });
}

export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}

function words(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = "code" in cause ? String(cause.code) : "";
  return Object.hasOwn(WORDS, code) ? (WORDS[code] ?? "") : cause.message;
}
