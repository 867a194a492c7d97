import { HostError, type HostErrorTag } from "@glovebox/host-api/errors";

/** What a system's refusal means to a guest. Anything not named here is `internal`. */
const TAGS: Readonly<Record<string, HostErrorTag>> = {
  EACCES: "not-permitted",
  EPERM: "not-permitted",
  EROFS: "not-permitted",
  ELOOP: "not-permitted",
  EXDEV: "not-permitted",
  EBUSY: "not-permitted",
  ENXIO: "not-permitted",
  ETXTBSY: "not-permitted",
  ENOENT: "not-found",
  EEXIST: "already-exists",
  EISDIR: "not-a-file",
  ENOTDIR: "not-a-directory",
  ENOTEMPTY: "not-empty",
  EINVAL: "invalid-argument",
  ENAMETOOLONG: "invalid-argument",
  EFBIG: "too-large",
  ENOSPC: "quota-exceeded",
  EDQUOT: "quota-exceeded",
  EMFILE: "limit-exceeded",
  ENFILE: "limit-exceeded",
};

/** Runs a system operation. What it throws becomes a `HostError`: the words of the system stay in `cause`. */
export function asHost<Result>(operation: () => Result): Result {
  try {
    return operation();
  } catch (error) {
    if (error instanceof HostError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    const tag = Object.hasOwn(TAGS, code) ? TAGS[code] : undefined;
    throw new HostError(tag ?? "internal", `the file system answered ${code}`, { cause: error });
  }
}
