import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from "node:fs";
import path from "node:path";
import { HostError } from "@glovebox/host-api/errors";
import type { BeneathFolder, SealOptions } from "@glovebox/host-api/powers";
import { AtRestError } from "../../at-rest/errors.ts";
import { isCode } from "../file-errors.ts";
import { flushFolder } from "../write-files.ts";
import { openBeneath } from "./open-beneath.ts";
import { beginsSealed, HEADER_BYTES } from "./sealed-header.ts";
import { looksSealed } from "./sealed-name.ts";

const PIECE_BYTES = 1024 * 1024;
const ENTRIES_MAX = 200_000;
/** Where the sealed copy grows, and where what was sealed waits for its removal. */
const GROWING = ".sealed";
const DONE = ".plain";

/**
 * The first entry of a plugin's folder that was not sealed, or what an encryption that was killed left beside it. `undefined`
 * for a folder that is missing or sealed. A file is told by its beginning too; of directories only names are looked at, since
 * what stands in a plain one stands below a plain name.
 */
export function findPlain(folder: string): string | undefined {
  for (const rest of [folder + GROWING, folder + DONE]) if (existsSync(rest)) return rest;
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((each) => !isSealed(folder, each));
  return name === undefined ? undefined : path.join(folder, name);
}

/** A name may look sealed that a plugin gave by itself: a digest in base32. */
function isSealed(folder: string, name: string): boolean {
  if (!looksSealed(name)) return false;
  const file = path.join(folder, name);
  try {
    if (!lstatSync(file).isFile()) return true;
    const fd = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const head = Buffer.alloc(HEADER_BYTES);
      return beginsSealed(head.subarray(0, readSync(fd, head)));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    // Another server may be at work, and have removed it.
    if (isCode(error, "ENOENT")) return true;
    throw error;
  }
}

/**
 * Seals what a plugin wrote before its folder was sealed: copies all of it beside the folder, puts the copy in its place, and
 * removes the plain one. Whoever is killed in between has lost nothing, and begins anew. Nobody else may use the folder meanwhile.
 * What the disk keeps of removed files it may keep: that is beyond this program.
 *
 * @throws AtRestError `ERR_AT_REST_PLAIN` for what cannot be sealed: links, devices, names beyond what sealing leaves room for,
 *   and something plain among what was sealed already
 */
export async function sealPlainFolder(
  folder: string,
  seal: SealOptions,
): Promise<{ readonly entries: number }> {
  const [growing, done] = [folder + GROWING, folder + DONE];
  rmSync(growing, { recursive: true, force: true });
  // Killed after the copy was whole: what is left has been copied.
  if (existsSync(done) && existsSync(folder)) rmSync(done, { recursive: true });
  else if (existsSync(done)) renameSync(done, folder);
  const plain = findPlain(folder);
  if (plain === undefined) return { entries: 0 };
  // What was sealed would be sealed once more, and then be nobody's.
  if (readdirSync(folder).some((name) => isSealed(folder, name)))
    throw notSealed("others beside it are encrypted already, and it is not", plain);
  const from = openBeneath(folder, { writable: false });
  const to = openBeneath(growing, { writable: true, seal });
  let entries: number;
  try {
    entries = await copyInto(from, to, folder, []);
    if (countIn(from) !== entries)
      throw notSealed("a name in it is one that no plugin can say", folder);
  } catch (error) {
    rmSync(growing, { recursive: true, force: true });
    throw error;
  } finally {
    from.close();
    to.close();
  }
  renameSync(folder, done);
  renameSync(growing, folder);
  flushFolder(path.dirname(folder));
  rmSync(done, { recursive: true });
  return { entries };
}

async function copyInto(
  from: BeneathFolder,
  to: BeneathFolder,
  folder: string,
  at: readonly string[],
): Promise<number> {
  let entries = 0;
  for (const { name } of from.list(at, ENTRIES_MAX)) {
    const names = [...at, name];
    entries += 1;
    try {
      if (from.stat(names).kind !== "directory") await copyFile(from, to, names);
      else {
        to.makeDirectory(names);
        entries += await copyInto(from, to, folder, names);
      }
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      throw notSealed(error.message, path.join(folder, ...names), error);
    }
  }
  return entries;
}

async function copyFile(
  from: BeneathFolder,
  to: BeneathFolder,
  names: readonly string[],
): Promise<void> {
  const source = from.open(names, { read: true, write: false, create: false });
  try {
    const target = to.open(names, { read: true, write: true, create: true });
    try {
      const { sizeBytes, accessedMs, modifiedMs } = source.stat();
      for (let done = 0; done < sizeBytes;) {
        const piece = source.read(done, PIECE_BYTES);
        if (piece.length === 0) break;
        done += target.write(done, piece);
      }
      target.setTimes(accessedMs, modifiedMs);
      await target.sync();
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}

/** Every entry that is there, also what `list` does not tell of. */
function countIn(folder: BeneathFolder): number {
  const walk = folder.usage();
  for (;;) {
    const step = walk.next();
    if (step.done) return step.value.files;
  }
}

function notSealed(why: string, file: string, cause?: unknown): AtRestError {
  return new AtRestError("ERR_AT_REST_PLAIN", `A plugin's files cannot be encrypted: ${why}.`, {
    place: { file },
    remedy: "Take it away, or give it a plain and shorter name, and begin anew.",
    cause,
  });
}
