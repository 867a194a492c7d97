import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { HostError } from "@glovebox/host-api/errors";
import { assertPlainName, isPlainName } from "@glovebox/host-api/filesystem/path";
import type {
  BeneathFolder,
  BeneathOpen,
  BeneathOptions,
  BeneathStat,
} from "@glovebox/host-api/powers";
import { describe, makeBeneathFile, type PinnedFile } from "./file.ts";
import { withFileLock } from "./flock.ts";
import type { Mechanism } from "./mechanism.ts";
import { asHost } from "./system-error.ts";
import { countUsage, readEntries } from "./usage.ts";

/**
 * One folder, held by descriptor. Every operation pins the directory it works in, looks at what it found, and
 * then acts on exactly that object or on one name inside it: nothing is resolved twice, so nothing can be
 * exchanged in between.
 */
export class PinnedFolder implements BeneathFolder {
  readonly mechanism: BeneathFolder["mechanism"];
  readonly #how: Mechanism;
  readonly #root: number;
  readonly #writable: boolean;
  /** For every open of a file. */
  readonly #fileFlags: number;
  readonly #isSealed: boolean;
  readonly #identityKey = randomBytes(32);
  #lock: number | undefined;
  #open = true;

  constructor(how: Mechanism, folder: string, options: BeneathOptions) {
    this.mechanism = how.name;
    this.#how = how;
    this.#writable = options.writable;
    this.#fileFlags = constants.O_NONBLOCK | constants.O_NOCTTY | how.openFlags;
    this.#isSealed = options.seal !== undefined;
    this.#root = asHost(() => how.pinRoot(folder));
  }

  open(path: readonly string[], options: BeneathOpen): PinnedFile {
    if (options.write || options.create) this.#assertWritable();
    const access = options.write ? constants.O_RDWR : constants.O_RDONLY;
    if (options.create) {
      const exclusive = constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
      return this.#inParent(path, (place) => this.#openFile(place, access | exclusive));
    }
    return this.#withPinned(path, (pinned) => {
      const stat = describe(fstatSync(pinned, { bigint: true }), this.#identityKey);
      if (stat.kind === "directory") throw new HostError("not-a-file", "open of a directory");
      if (stat.kind !== "file")
        throw new HostError(
          "not-permitted",
          "open of a link, a device, a pipe, a socket, or a file with two names",
        );
      return this.#openFile(this.#how.place(pinned), access);
    });
  }

  /** Runs a synchronous `use` while no other process is in one on this folder. Throws what `withFileLock` throws. */
  withLock<Result>(use: () => Result): Result {
    return this.#withDirectory([], (root) => {
      this.#lock ??= openSync(this.#how.place(root), constants.O_RDONLY | constants.O_DIRECTORY);
      return withFileLock(this.#lock, use);
    });
  }

  stat(path: readonly string[]): BeneathStat {
    return this.#withPinned(path, (pinned) =>
      describe(fstatSync(pinned, { bigint: true }), this.#identityKey),
    );
  }

  list(
    path: readonly string[],
    entriesMax: number,
  ): readonly { name: string; kind: BeneathStat["kind"] }[] {
    return this.#withDirectory(path, (pinned) => {
      const entries = readEntries(this.#how.place(pinned), entriesMax);
      // A name that no guest path can say (with controls, or a backslash) is of no use to a guest.
      return entries.filter(({ name }) => isPlainName(name));
    });
  }

  makeDirectory(path: readonly string[]): void {
    this.#assertWritable();
    this.#inParent(path, (place) => mkdirSync(place, 0o700));
  }

  removeFile(path: readonly string[]): void {
    this.#assertWritable();
    this.#inParent(path, (place) => unlinkSync(place));
  }

  removeDirectory(path: readonly string[]): void {
    this.#assertWritable();
    this.#inParent(path, (place) => rmdirSync(place));
  }

  rename(from: readonly string[], to: readonly string[]): void {
    this.#assertWritable();
    this.#inParent(from, (oldPlace) =>
      this.#inParent(to, (newPlace) => renameSync(oldPlace, newPlace)),
    );
  }

  /** `sizeOf` tells what an open regular file counts for, where that is not its size on the disk. */
  *usage(
    sizeOf?: (file: PinnedFile) => number,
  ): Generator<void, { readonly bytes: number; readonly files: number }> {
    const sizeOfPinned =
      sizeOf &&
      ((pinned: number): number => {
        let file: PinnedFile | undefined;
        try {
          file = this.#openFile(this.#how.place(pinned), constants.O_RDONLY);
        } catch {
          // Somebody else's, perhaps: it takes its room all the same.
          return fstatSync(pinned).size;
        }
        try {
          return sizeOf(file);
        } finally {
          file.close();
        }
      });
    const walk = countUsage(this.#how, this.#root, sizeOfPinned);
    try {
      for (;;) {
        // The folder may be closed between two steps.
        const step = this.#withDirectory([], () => walk.next());
        if (step.done) return step.value;
        yield;
      }
    } finally {
      walk.return({ bytes: 0, files: 0 });
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#root);
    if (this.#lock !== undefined) closeSync(this.#lock);
  }

  #openFile(place: string, how: number): PinnedFile {
    const open = this.#isSealed ? openQuietly : openSync;
    return makeBeneathFile(open(place, how | this.#fileFlags, 0o600), this.#identityKey);
  }

  #assertWritable(): void {
    if (!this.#writable)
      throw new HostError("not-permitted", "a write in a folder that was opened for reading");
  }

  /** Hands `use` a path made of a pinned directory and one plain last name, which no call here follows. */
  #inParent<Result>(path: readonly string[], use: (place: string) => Result): Result {
    const leaf = path.at(-1);
    if (leaf === undefined)
      throw new HostError("not-permitted", "the folder itself cannot be replaced");
    assertPlainName(leaf);
    return this.#withDirectory(path.slice(0, -1), (parent) =>
      use(`${this.#how.place(parent)}/${leaf}`),
    );
  }

  #withDirectory<Result>(path: readonly string[], use: (pinned: number) => Result): Result {
    return this.#withPinned(path, (pinned) => {
      assertDirectory(pinned);
      return use(pinned);
    });
  }

  #withPinned<Result>(path: readonly string[], use: (pinned: number) => Result): Result {
    // A closed number may already belong to another file of this process.
    if (!this.#open) throw new HostError("not-permitted", "a folder was used after it was closed");
    path.forEach(assertPlainName);
    return asHost(() => {
      if (path.length === 0) return use(this.#root);
      const pinned = pinInSteps(this.#how, this.#root, path);
      try {
        return use(pinned);
      } finally {
        closeSync(pinned);
      }
    });
  }
}

/** Looking at a sealed file reads from it, and must not count as an access. Only a file's owner may have it so. */
function openQuietly(place: string, flags: number, mode: number): number {
  try {
    return openSync(place, flags | (constants.O_NOATIME ?? 0), mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    return openSync(place, flags, mode);
  }
}

/** Beyond this many characters a system takes no path at once: macOS, which is the strictest, 1024 bytes. */
const STEP_CHARS_MAX = 1000;

/** Sealed names are long: what one call does not take is walked in several, each from the directory of the one before. */
function pinInSteps(how: Mechanism, from: number, path: readonly string[]): number {
  const count = namesInStep(path);
  const pinned = how.pin(from, path.slice(0, count));
  if (count === path.length) return pinned;
  try {
    assertDirectory(pinned);
    return pinInSteps(how, pinned, path.slice(count));
  } finally {
    closeSync(pinned);
  }
}

function namesInStep(path: readonly string[]): number {
  let chars = 0;
  const beyond = path.findIndex((name) => (chars += name.length + 1) > STEP_CHARS_MAX);
  return beyond < 0 ? path.length : Math.max(1, beyond);
}

/** What was pinned by a last name may be a link, which is never walked through. */
function assertDirectory(pinned: number): void {
  const stats = fstatSync(pinned);
  if (stats.isDirectory()) return;
  throw new HostError(
    stats.isSymbolicLink() ? "not-permitted" : "not-a-directory",
    "not a directory",
  );
}
