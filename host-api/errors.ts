/**
 * What a guest may learn of a refusal: one tag, no host path, no address, no reason of the system's.
 * The tags are the `error` enum of `wit/glovebox.wit`; WASI interfaces map them to their own codes.
 */
export const HOST_ERROR_TAGS = [
  "not-permitted",
  "not-found",
  "already-exists",
  "not-a-file",
  "not-a-directory",
  "not-empty",
  "invalid-argument",
  "too-large",
  "quota-exceeded",
  "limit-exceeded",
  "timed-out",
  "unreachable",
  "refused-by-policy",
  "internal",
] as const;

export type HostErrorTag = (typeof HOST_ERROR_TAGS)[number];

/**
 * A refusal or failure of a host function.
 * `tag` crosses to the guest; `message` and `cause` stay with the broker, for the audit record.
 */
export class HostError extends Error {
  override readonly name = "HostError";
  readonly tag: HostErrorTag;
  constructor(tag: HostErrorTag, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.tag = tag;
  }
}

/** A grant that cannot be read: where it is wrong, and what would be right. */
export class GrantError extends Error {
  override readonly name = "GrantError";
  /** Path below the capability's value, for example `["allow", 0, "host"]`. */
  readonly path: readonly (string | number)[];
  /** What to write instead, in one sentence. */
  readonly remedy: string;
  constructor(message: string, remedy: string, path: readonly (string | number)[] = []) {
    super(message);
    this.path = path;
    this.remedy = remedy;
  }
}
