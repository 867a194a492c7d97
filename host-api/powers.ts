/**
 * What the broker side of the capabilities needs of the machine, as types only.
 * `runtime/powers` implements them over Node; a test may pass its own. Nothing in `host-api` touches the machine otherwise.
 */
export interface Powers {
  /** Opens a folder that no path can leave. Creates it (mode 0700) when it is missing. */
  openBeneath(folder: string, options: BeneathOptions): BeneathFolder;
  /** Opens a durable key-value file below `folder`. Creates it (mode 0600) when it is missing. */
  openKeyValue(file: string, options: KeyValueOptions): KeyValueStore;
  /** Resolves a name to every address it has. Settles when the system has let go of the lookup, which nothing can hurry. */
  resolveHost(host: string): Promise<readonly ResolvedAddress[]>;
  /** Sends one HTTP request to exactly the given addresses; follows no redirect, decodes nothing, keeps no cookie. */
  sendHttp(request: HttpPowerRequest): Promise<HttpPowerResponse>;
  /** Reads one operator's secret by its reference (`env:NAME`, `file:PATH`). */
  readSecret(reference: string): string;
  nowMs(): number;
  monotonicMs(): number;
  randomBytes(lengthBytes: number): Uint8Array;
}

/** What the data of one tenant is encrypted with where it is kept. */
export interface DataKey {
  /** Stands for the tenant, and is no secret. */
  readonly tenant: string;
  /** Another one after the tenant was erased. No secret either. */
  readonly id: string;
  /** 32 bytes to derive keys from. Asked for at each operation and never kept: throws once the tenant is erased. */
  bytes(): Uint8Array;
}

/** Makes what is kept encrypted. What was kept without is then refused, and the other way round. */
export interface SealOptions {
  readonly key: DataKey;
  /** Which of the tenant's data this is: two of them have keys of their own. */
  readonly store: string;
}

export interface BeneathOptions {
  readonly writable: boolean;
  /** Names and contents are sealed. Without it they stand in the folder as they are. */
  readonly seal?: SealOptions;
  /** Told what a sealed folder holds that was not sealed with its key: for the operator, once for each kind of it. */
  readonly onForeign?: (what: ForeignFinding) => void;
}

/** `name`: an entry that the host shows to nobody. `file`: one under a sealed name that does not open. */
export type ForeignFinding = "name" | "file";

export interface BeneathStat {
  readonly kind: "file" | "directory" | "symlink" | "other";
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly accessedMs: number;
  readonly changedMs: number;
  /** Stable within one folder: for `is-same-object` and `metadata-hash`. */
  readonly identity: string;
}

export interface BeneathOpen {
  readonly read: boolean;
  readonly write: boolean;
  /** Makes the file (mode 0600), and refuses whatever already stands there, links included. */
  readonly create: boolean;
}

/**
 * A folder that no path leaves, under races too: each step of a path is resolved by descriptor and never through a link.
 * Paths are lists of plain names, already parsed by `host-api/filesystem/path.ts`. An empty list is the folder itself.
 * Methods throw `HostError` with a tag and no host path in `tag`.
 */
export interface BeneathFolder {
  /** Which mechanism holds the promise: for `doctor` and the debt report. */
  readonly mechanism: "openat2" | "proc-walk" | "nofollow-any";
  open(path: readonly string[], options: BeneathOpen): BeneathFile;
  stat(path: readonly string[]): BeneathStat;
  /** Entries with plain names, in no order. Throws `too-large` beyond `entriesMax`. */
  list(
    path: readonly string[],
    entriesMax: number,
  ): readonly { name: string; kind: BeneathStat["kind"] }[];
  makeDirectory(path: readonly string[]): void;
  removeFile(path: readonly string[]): void;
  removeDirectory(path: readonly string[]): void;
  rename(from: readonly string[], to: readonly string[]): void;
  /**
   * Bytes of all regular files beneath, and how many entries of any kind, counted by a bounded walk. It yields after each
   * entry: the caller decides how long to go on at a time, and ends it by `return` when it is not wanted any more.
   */
  usage(): Generator<void, { readonly bytes: number; readonly files: number }>;
  close(): void;
}

/** One open regular file. What grows it refuses a file that has lost its name or gained a second one. */
export interface BeneathFile {
  stat(): BeneathStat;
  read(offsetBytes: number, lengthBytes: number): Uint8Array;
  write(offsetBytes: number, bytes: Uint8Array): number;
  setSize(sizeBytes: number): void;
  setTimes(accessedMs: number, modifiedMs: number): void;
  /** Not on the broker's own thread: a disk may take its time. */
  sync(): Promise<void>;
  close(): void;
}

export interface KeyValueOptions {
  readonly quotaBytes: number;
  readonly keyBytesMax: number;
  readonly valueBytesMax: number;
  readonly seal?: SealOptions;
}

/**
 * Durable when the method returned. Throws `HostError` (`quota-exceeded`, `too-large`, `invalid-argument`), and soon
 * `timed-out` while another process holds the file: then nothing has changed, and the caller may try again.
 */
export interface KeyValueStore {
  get(key: string): Uint8Array | undefined;
  set(key: string, value: Uint8Array): void;
  delete(key: string): boolean;
  /** Keys that begin with `prefix`, in code-point order, after `after`; at most `countMax`. */
  keys(prefix: string, after: string | undefined, countMax: number): readonly string[];
  usedBytes(): number;
  close(): void;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface HttpPowerRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: HttpPowerBody | undefined;
  /** The only addresses the connection may use. */
  readonly addresses: readonly ResolvedAddress[];
  readonly signal: AbortSignal;
  readonly connectMsMax: number;
  readonly headerBytesMax: number;
}

/** A body that is whole, or one that is sent as it comes; what the source throws ends the request. */
export type HttpPowerBody =
  | { readonly bytes: Uint8Array }
  | {
      readonly chunks: AsyncIterable<Uint8Array>;
      /** Sent as `content-length` and held to; without it the body is sent in chunks. */
      readonly lengthBytes: number | undefined;
    };

export interface HttpPowerResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** The raw body, not decoded. Must be cancelled or read to its end. */
  readonly body: AsyncIterable<Uint8Array>;
  /** What followed the body: empty before its end. */
  trailers(): readonly (readonly [string, string])[];
  cancel(): void;
}
