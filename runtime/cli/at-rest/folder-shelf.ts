import path from "node:path";
import { AtRestError } from "../../at-rest/errors.ts";
import {
  ERASURES_BYTES_MAX,
  formatErasures,
  NO_ERASURES,
  parseErasures,
  type Erasures,
} from "../../at-rest/erasures.ts";
import { RECORD_BYTES_MAX } from "../../at-rest/key-record.ts";
import type { FolderShelf } from "../../at-rest/shelves.ts";
import type { Machine } from "../machine.ts";

const MODE = 0o600;
const RECORD = /^([0-9a-f]{64})\.json$/;
const ERASURES = "erased.json";

/** Wrapped keys in `.glovebox/tenant-keys`, a file each. */
export function makeFolderShelf(
  folder: string,
  { files, privateFiles }: Pick<Machine, "files" | "privateFiles">,
): FolderShelf {
  const fileOf = (tenant: string): string => path.join(folder, `${tenant}.json`);
  const erasuresFile = path.join(folder, ERASURES);
  let seen:
    | { readonly stamp: string | undefined; readonly erasures: Erasures | undefined }
    | undefined;
  return {
    read(tenant) {
      const bytes = readWhole(fileOf(tenant), RECORD_BYTES_MAX);
      return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
    },
    write(tenant, text) {
      files.makeFolder(folder);
      files.writeFile(fileOf(tenant), text, MODE);
    },
    remove: (tenant) => files.remove(fileOf(tenant)),
    list: () => files.list(folder).flatMap((name) => RECORD.exec(name)?.[1] ?? []),
    readErasures() {
      const stamp = privateFiles.stampOf(erasuresFile);
      // A file that is replaced has another stamp: reading it again would say the same.
      if (!seen || seen.stamp !== stamp) seen = { stamp, erasures: parseFile() };
      return seen.erasures;
    },
    writeErasures(erasures) {
      files.makeFolder(folder);
      files.writeFile(erasuresFile, formatErasures(erasures), MODE);
    },
    withLock(work) {
      files.makeFolder(folder);
      return files.withLock(path.join(folder, "lock"), work);
    },
  };

  function readWhole(file: string, bytesMax: number): Uint8Array | undefined {
    try {
      return files.readFile(file, bytesMax);
    } catch (cause) {
      const message = "A tenant's wrapped key cannot be read.";
      throw new AtRestError("ERR_TENANT_KEY_RECORD", message, { place: { file }, cause });
    }
  }

  function parseFile(): Erasures | undefined {
    try {
      const bytes = files.readFile(erasuresFile, ERASURES_BYTES_MAX);
      return bytes ? parseErasures(new TextDecoder().decode(bytes)) : NO_ERASURES;
    } catch {
      return undefined;
    }
  }
}
