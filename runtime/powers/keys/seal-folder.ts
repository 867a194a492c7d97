import fs from "node:fs";
import path from "node:path";
import type { BeneathFolder, SealOptions } from "@glovebox/host-api/powers";
import { openBeneath } from "../beneath/open-beneath.ts";
import { flushFolder } from "../write-files.ts";

const PIECE_BYTES = 256 * 1024;
const ENTRIES_MAX = 100_000;

/** Puts an encrypted folder in the place of a plain one. What is neither file nor folder, a link say, is left behind. */
export async function sealFolder(folder: string, seal: SealOptions): Promise<void> {
  const [beside, before] = [`${folder}.sealed`, `${folder}.plain`];
  if (fs.existsSync(before)) {
    // It ended between its last steps: either the plain one is put back, or only has to go.
    if (!fs.existsSync(folder)) fs.renameSync(before, folder);
    else return fs.rmSync(before, { recursive: true, force: true });
  }
  fs.rmSync(beside, { recursive: true, force: true });
  const plain = openBeneath(folder, { writable: false });
  try {
    const sealed = openBeneath(beside, { writable: true, seal });
    try {
      await copyAll(plain, sealed, []);
    } finally {
      sealed.close();
    }
  } finally {
    plain.close();
  }
  // Between the two renames the folder is missing: the plain one is found again, by starts and by the next try.
  fs.renameSync(folder, before);
  fs.renameSync(beside, folder);
  flushFolder(path.dirname(folder));
  fs.rmSync(before, { recursive: true, force: true });
}

async function copyAll(
  from: BeneathFolder,
  to: BeneathFolder,
  at: readonly string[],
): Promise<void> {
  for (const { name, kind } of from.list(at, ENTRIES_MAX)) {
    const each = [...at, name];
    if (kind === "directory") {
      to.makeDirectory(each);
      await copyAll(from, to, each);
    } else if (kind === "file") await copyFile(from, to, each);
  }
}

async function copyFile(
  from: BeneathFolder,
  to: BeneathFolder,
  file: readonly string[],
): Promise<void> {
  const source = from.open(file, { read: true, write: false, create: false });
  try {
    const target = to.open(file, { read: false, write: true, create: true });
    try {
      const { sizeBytes, accessedMs, modifiedMs } = source.stat();
      for (let done = 0; done < sizeBytes;) {
        const piece = source.read(done, PIECE_BYTES);
        if (piece.length === 0) break;
        for (let written = 0; written < piece.length;)
          written += target.write(done + written, piece.subarray(written));
        done += piece.length;
      }
      await target.sync();
      target.setTimes(accessedMs, modifiedMs);
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}
