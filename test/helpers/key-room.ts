import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AtRestError, type AtRestErrorCode } from "../../runtime/at-rest/errors.ts";
import type { KeyProvider } from "../../runtime/at-rest/key-provider.ts";
import { makeTenantKeys } from "../../runtime/at-rest/make-tenant-keys.ts";
import type { FolderShelf, SharedShelf } from "../../runtime/at-rest/shelves.ts";
import type { TenantKeys } from "../../runtime/at-rest/tenant-keys.ts";
import { makeFolderShelf } from "../../runtime/cli/at-rest/folder-shelf.ts";
import { makeFilePowers } from "../../runtime/powers/files.ts";
import { openFileKeys } from "../../runtime/powers/keys/file-keys.ts";
import { readPrivate, stampOf } from "../../runtime/powers/private-file.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";
import type { SharedStore } from "../../runtime/server/store/shared-store.ts";
import { makeSharedShelf } from "../../runtime/server/store/shared-shelf.ts";

/** Real folders of keys and records, and a clock that a test moves. Goes away with its block. */
export class KeyRoom implements Disposable {
  readonly root = mkdtempSync(join(tmpdir(), "glovebox-keys-"));
  readonly keyFolder = join(this.root, "keys");
  readonly provider: KeyProvider = openFileKeys(this.keyFolder);
  readonly store: SharedStore = makeMemoryStore();
  readonly shared: SharedShelf = makeSharedShelf(this.store);
  readonly #opened: TenantKeys[] = [];
  nowMs = 0;

  recordFolder(name = "one"): string {
    return join(this.root, name);
  }

  folder(name = "one"): FolderShelf {
    return makeFolderShelf(this.recordFolder(name), {
      files: makeFilePowers(),
      privateFiles: { readPrivate, stampOf },
    });
  }

  /** The keys of one process. */
  open(change: Partial<Parameters<typeof makeTenantKeys>[0]> = {}): TenantKeys {
    const keys = makeTenantKeys({
      provider: this.provider,
      folder: this.folder(),
      monotonicMs: () => this.nowMs,
      ...change,
    });
    this.#opened.push(keys);
    return keys;
  }

  [Symbol.dispose](): void {
    for (const keys of this.#opened) void keys.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What `assert.rejects` and `assert.throws` are given. */
export function atRest(...codes: readonly AtRestErrorCode[]): (error: unknown) => boolean {
  return (error) => error instanceof AtRestError && codes.includes(error.code);
}
