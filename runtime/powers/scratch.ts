import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEndBySignal } from "./end-by-signal.ts";
import { notWritable } from "./file-errors.ts";

const STALE_MAX = 100;
/** What `mkdtemp` puts behind a prefix. */
const MADE_END = /^[A-Za-z0-9]{6}$/;
/** What the work of one folder needs at most. */
const FREE_BYTES_MIN = 64 * 1024 * 1024;
const REMOVE_TRIES_MAX = 20;
const REMOVE_WAIT_MS = 50;

export interface Scratch {
  readonly folder: string;
  remove(): void;
}

/**
 * A fresh folder for work that nobody keeps, which only this user may enter: where the system puts such, or in the first
 * of `others` that can be written and has room. Throws `ERR_WORKSPACE_NOT_WRITABLE`.
 */
export function makeScratchFolder(prefix: string, others: readonly string[] = []): Scratch {
  const [place = os.tmpdir(), ...rest] = [os.tmpdir(), ...others];
  const folder = makeIn(place, prefix, rest);
  const forget = beforeEndBySignal(() => removeInUse(folder));
  const remove = (): void => {
    fs.rmSync(folder, { recursive: true, force: true });
    forget();
  };
  return { folder, remove };
}

/** Whoever is interrupted leaves nothing behind, keys least of all. What works in the folder may not be gone yet. */
function removeInUse(folder: string): void {
  for (let tries = 0; tries < REMOVE_TRIES_MAX && fs.existsSync(folder); tries += 1)
    try {
      fs.rmSync(folder, { recursive: true, force: true });
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REMOVE_WAIT_MS);
    }
}

function makeIn(place: string, prefix: string, rest: readonly string[]): string {
  try {
    const real = fs.realpathSync(place);
    const { bavail, bsize } = fs.statfsSync(real);
    if (bavail * bsize < FREE_BYTES_MIN) throw Object.assign(new Error(), { code: "ENOSPC" });
    return fs.mkdtempSync(path.join(real, prefix));
  } catch (error) {
    const [next, ...further] = rest;
    if (next === undefined) throw notWritable(place, error);
    return makeIn(next, prefix, further);
  }
}

/**
 * Removes folders that `makeScratchFolder` made with this prefix and whose maker was killed: this user's own, untouched for
 * `ageMsMin`. What cannot be removed stays: nobody waits for it.
 */
export function removeStale(
  prefix: string,
  ageMsMin: number,
  others: readonly string[] = [],
): void {
  for (const place of [os.tmpdir(), ...others])
    for (const name of listQuietly(place)
      .filter((found) => found.startsWith(prefix) && MADE_END.test(found.slice(prefix.length)))
      .slice(0, STALE_MAX)) {
      const folder = path.join(place, name);
      try {
        const stat = fs.lstatSync(folder);
        if (isMadeHere(stat) && Date.now() - stat.mtimeMs > ageMsMin)
          fs.rmSync(folder, { recursive: true, force: true });
      } catch {
        // Somebody else was quicker, or may not be disturbed.
      }
    }
}

/** What else begins with the same letters is somebody's, and may well be the operator's own. */
function isMadeHere(stat: fs.Stats): boolean {
  if (!stat.isDirectory()) return false;
  return (
    process.getuid === undefined || (process.getuid() === stat.uid && (stat.mode & 0o77) === 0)
  );
}

function listQuietly(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

/** A copy of a folder and all that is beneath it, links as links. */
export function copyFolder(from: string, to: string): void {
  fs.cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}
