import { HostError } from "@glovebox/host-api/errors";
import type {
  BeneathFile,
  BeneathFolder,
  BeneathOpen,
  BeneathStat,
  BeneathOptions,
  ForeignFinding,
  SealOptions,
} from "@glovebox/host-api/powers";
import type { PinnedFolder } from "./folder.ts";
import { SealedFile } from "./sealed-file.ts";
import { type FolderKeys, makeFolderKeys, SealDamage } from "./sealed-keys.ts";
import { Names } from "./sealed-name.ts";

type Path = readonly string[];
type Entry = { readonly name: string; readonly kind: BeneathStat["kind"] };

/**
 * A pinned folder in which names and contents are sealed, for someone who knows nothing of it: paths, sizes and bytes are
 * plain ones. All walking is the pinned folder's, with sealed names.
 * Names change one after the other, over all processes: what a file is called stands in the file too.
 * What was not sealed with its key is not there by name; under a sealed name it is of kind `other`, like a file with
 * two names: it can be removed, and does not open.
 */
export class SealedFolder implements BeneathFolder {
  readonly mechanism: BeneathFolder["mechanism"];
  readonly #folder: PinnedFolder;
  readonly #keys: () => FolderKeys;
  readonly #names: Names;
  readonly #onForeign: BeneathOptions["onForeign"];
  readonly #told = new Set<ForeignFinding>();

  constructor(folder: PinnedFolder, seal: SealOptions, onForeign: BeneathOptions["onForeign"]) {
    this.mechanism = folder.mechanism;
    this.#folder = folder;
    this.#keys = makeFolderKeys(seal);
    this.#names = new Names(this.#keys);
    this.#onForeign = onForeign;
  }

  open(path: Path, options: BeneathOpen): BeneathFile {
    const sealed = this.#names.seal(path);
    const leaf = sealed.at(-1) ?? "";
    if (options.create) return this.#folder.withLock(() => this.#make(sealed, leaf, options));
    const open = (): SealedFile => this.#open(sealed, leaf, options);
    try {
      return open();
    } catch (error) {
      if (!(error instanceof SealDamage)) throw error;
      // One that another process is just making or renaming is looked for again when that is done.
      return this.#orTell(() => this.#folder.withLock(open));
    }
  }

  stat(path: Path): BeneathStat {
    const stat = this.#folder.stat(this.#names.seal(path));
    if (stat.kind !== "file") return stat;
    try {
      const file = this.open(path, { read: true, write: false, create: false });
      try {
        return file.stat();
      } finally {
        file.close();
      }
    } catch (error) {
      if (error instanceof SealDamage) return { ...stat, kind: "other", sizeBytes: 0 };
      throw error;
    }
  }

  list(path: Path, entriesMax: number): readonly Entry[] {
    const entries: Entry[] = [];
    for (const { name: sealed, kind } of this.#folder.list(this.#names.seal(path), entriesMax)) {
      const name = this.#names.open(sealed);
      if (name === undefined) this.#tell("name");
      else entries.push({ name, kind });
    }
    return entries;
  }

  makeDirectory(path: Path): void {
    this.#folder.makeDirectory(this.#names.seal(path));
  }

  removeFile(path: Path): void {
    const sealed = this.#names.seal(path);
    this.#folder.withLock(() => this.#folder.removeFile(sealed));
  }

  removeDirectory(path: Path): void {
    this.#folder.removeDirectory(this.#names.seal(path));
  }

  rename(from: Path, to: Path): void {
    const [old, next] = [this.#names.seal(from), this.#names.seal(to)];
    const rename = (): void => this.#folder.rename(old, next);
    const [oldName = "", newName = ""] = [old.at(-1), next.at(-1)];
    this.#folder.withLock(() => {
      // A file is bound to its own name, and not to the directories above it.
      if (oldName === newName || !this.#isFile(old)) return rename();
      const file = this.#folder.open(old, { read: true, write: true, create: false });
      try {
        const sealed = this.#orTell(() => SealedFile.open(file, this.#keys, oldName));
        sealed.renameTo(oldName, newName, rename);
      } finally {
        file.close();
      }
    });
  }

  /** Plain bytes, so that a quota means the same. What does not open counts as much as it takes on the disk. */
  usage(): Generator<void, { readonly bytes: number; readonly files: number }> {
    this.#keys();
    return this.#folder.usage((file) => {
      try {
        return SealedFile.open(file, this.#keys).stat().sizeBytes;
      } catch (error) {
        if (error instanceof SealDamage) return file.stat().sizeBytes;
        throw error;
      }
    });
  }

  close(): void {
    this.#folder.close();
  }

  #open(sealed: Path, leaf: string, options: BeneathOpen): SealedFile {
    const file = this.#folder.open(sealed, options);
    try {
      return SealedFile.open(file, this.#keys, leaf);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #make(sealed: Path, leaf: string, options: BeneathOpen): SealedFile {
    const file = this.#folder.open(sealed, options);
    try {
      return SealedFile.make(file, this.#keys, leaf);
    } catch (error) {
      // A file without a header would be of no use to anybody.
      file.close();
      this.#folder.removeFile(sealed);
      throw error;
    }
  }

  #isFile(sealed: Path): boolean {
    try {
      return this.#folder.stat(sealed).kind === "file";
    } catch (error) {
      // What cannot be looked at is refused by whoever is asked next, in its own words.
      if (error instanceof HostError) return false;
      throw error;
    }
  }

  #orTell<Result>(open: () => Result): Result {
    try {
      return open();
    } catch (error) {
      if (error instanceof SealDamage) this.#tell("file");
      throw error;
    }
  }

  #tell(what: ForeignFinding): void {
    if (this.#told.has(what)) return;
    this.#told.add(what);
    this.#onForeign?.(what);
  }
}
