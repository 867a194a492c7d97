import { closeSync, fstatSync, lstatSync, opendirSync } from "node:fs";
import { HostError } from "@glovebox/host-api/errors";
import { DEPTH_MAX, isPlainName } from "@glovebox/host-api/filesystem/path";
import type { BeneathStat } from "@glovebox/host-api/powers";
import type { Mechanism } from "./mechanism.ts";

/** More than any grant allows (`FILES_LIMIT`): beyond it, a folder is too big to be counted, and then too big to grow. */
const ENTRIES_MAX = 200_000;

interface Entry {
  readonly name: string;
  readonly kind: BeneathStat["kind"];
}

/** Entries of a directory, whatever their names. Throws `too-large` beyond `entriesMax`, before holding more. */
export function readEntries(place: string, entriesMax: number): readonly Entry[] {
  const entries: Entry[] = [];
  for (const entry of entriesOf(place)) {
    if (entries.length >= entriesMax)
      throw new HostError("too-large", "a directory has too many entries");
    entries.push(entry);
  }
  return entries;
}

function* entriesOf(place: string): Generator<Entry> {
  using directory = opendirSync(place, { bufferSize: 256 });
  for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
    let kind: BeneathStat["kind"] = "other";
    if (entry.isFile()) kind = "file";
    else if (entry.isDirectory()) kind = "directory";
    else if (entry.isSymbolicLink()) kind = "symlink";
    yield { name: entry.name, kind };
  }
}

/**
 * Counts what the quota counts: bytes of regular files, and every entry, since each costs an inode.
 * Descends by pinned descriptors, and yields after each entry. `sizeOf` looks into an ordinary file; without it, and for any
 * other kind of file, its size on the disk counts.
 * Throws `limit-exceeded` when the tree is too big or too deep to count.
 */
export function* countUsage(
  how: Mechanism,
  root: number,
  sizeOf?: (pinned: number) => number,
): Generator<void, { readonly bytes: number; readonly files: number }> {
  let bytes = 0;
  let files = 0;
  function* visit(directory: number, depth: number): Generator<void> {
    if (depth > DEPTH_MAX) throw new HostError("limit-exceeded", "the folder is too deep to count");
    const place = how.place(directory);
    for (const { name, kind } of entriesOf(place)) {
      files += 1;
      if (files > ENTRIES_MAX)
        throw new HostError("limit-exceeded", "the folder has too many entries to count");
      try {
        if (kind === "file") bytes += sizeIn(directory, place, name);
        // A directory whose name no guest can say holds nothing that a guest made.
        if (kind === "directory" && isPlainName(name)) yield* descend(directory, name, depth);
      } catch (error) {
        if (error instanceof HostError || !isGone(error)) throw error;
      }
      yield;
    }
  }
  function sizeIn(directory: number, place: string, name: string): number {
    if (sizeOf === undefined) return lstatSync(`${place}/${name}`).size;
    const pinned = how.pin(directory, [name]);
    try {
      const stats = fstatSync(pinned);
      return stats.isFile() && stats.nlink === 1 ? sizeOf(pinned) : stats.size;
    } finally {
      closeSync(pinned);
    }
  }
  function* descend(directory: number, name: string, depth: number): Generator<void> {
    const pinned = how.pin(directory, [name]);
    try {
      if (fstatSync(pinned).isDirectory()) yield* visit(pinned, depth + 1);
    } finally {
      closeSync(pinned);
    }
  }
  yield* visit(root, 0);
  return { bytes, files };
}

/** Removed, exchanged, or mounted over while we counted, by someone other than the guest. */
function isGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    ["ENOENT", "ENOTDIR", "ELOOP", "EXDEV"].includes(String(error.code))
  );
}
