/** What the workspace needs of the file system. Paths are absolute. `runtime/powers/files.ts` implements it. */
export interface FilePowers {
  /** The bytes of a regular file, or undefined when there is none. Throws when it is larger or cannot be read. */
  readFile(path: string, bytesMax: number): Uint8Array | undefined;
  /** The bytes of a regular file, piece by piece, however large it is. Throws when it is not there or cannot be read. */
  readPieces(path: string): Iterable<Uint8Array>;
  /** Whether a regular file is there and holds these bytes, no more and no less. Throws when it cannot be read. */
  holds(path: string, bytes: Uint8Array): boolean;
  /** Replaces the file as a whole: written beside it, flushed, renamed. A crash leaves the old one or the new one. */
  writeFile(path: string, bytes: Uint8Array | string, mode?: number): void;
  /** Replaces several files, in order. All are written before the first is replaced, so a full disk changes none. */
  writeFiles(changes: readonly FileChange[]): void;
  /**
   * Replaces files that are right only together, beside the folder of `record.file`: after a crash at any moment either all
   * are the old ones or all are the new ones, to everyone who reads them by `readTogether`. The caller holds `record.lockFile`.
   */
  replaceTogether(changes: readonly FileChange[], record: ChangeRecord): void;
  /** What the files held at one moment, without a lock. Undefined for one that is not there. Throws `ERR_CHANGE_UNFINISHED`. */
  readTogether(
    files: readonly FileRead[],
    record: ChangeRecord,
  ): readonly (Uint8Array | undefined)[];
  /**
   * Ends a replacement that its process did not live to end, and removes what was left half written of `files`.
   * The caller holds `record.lockFile`. Throws `ERR_CHANGE_UNFINISHED` when it cannot be ended as it was meant.
   */
  finishReplacing(files: readonly string[], record: ChangeRecord): void;
  /** Writes a file where nothing stands. Throws `ERR_WORKSPACE_EXISTS` otherwise. */
  createFile(path: string, bytes: Uint8Array | string, mode?: number): void;
  makeFolder(path: string): void;
  /** What stands at the path, following links. */
  kindOf(path: string): "file" | "folder" | "other" | "nothing";
  list(path: string): readonly string[];
  /** Removes a file or a folder with all in it. Nothing there is no error. */
  remove(path: string): void;
  /** Runs `work` while no other process of the same workspace does. Throws `ERR_WORKSPACE_BUSY` when one does for too long. */
  withLock<Result>(
    lockFile: string,
    work: () => Promise<Result>,
    waitMsMax?: number,
  ): Promise<Result>;
  /** Holds a lock together with others, while `withLock` of the same file lets nobody in. Returns what ends it. */
  holdTogether(lockFile: string): Promise<() => void>;
}

export interface FileChange {
  readonly path: string;
  readonly bytes: Uint8Array | string;
  /** Without one, a file that is there keeps its own. */
  readonly mode?: number;
}

export interface FileRead {
  readonly path: string;
  readonly bytesMax: number;
}

/** Where a replacement of several files is written down before the first of them is touched. */
export interface ChangeRecord {
  readonly file: string;
  /** The lock under which it happens. A record counts only beside the very lock that it was made under: copies do not. */
  readonly lockFile: string;
}
