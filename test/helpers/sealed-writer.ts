/** A second process that writes every other slot of a sealed file, as a replica on the same folder would. */
import { fileURLToPath } from "node:url";
import { HostError } from "@glovebox/host-api/errors";
import type { BeneathFolder } from "@glovebox/host-api/powers";
import { openBeneath } from "../../runtime/powers/beneath/open-beneath.ts";
import { makeSeal } from "./sandbox-folder.ts";

export const SEALED_WRITER = fileURLToPath(import.meta.url);
/** So small that two writers always share chunks. */
export const SLOT_BYTES = 100;
export const SLOTS = 600;

/** Writes the slots of `writer`, 0 or 1, each by itself. */
export function writeSlots(folder: BeneathFolder, writer: number): void {
  const bytes = Buffer.alloc(SLOT_BYTES, "ab"[writer]);
  const file = folder.open(["shared"], { read: true, write: true, create: false });
  for (let slot = 0; slot < SLOTS; slot += 1) file.write((2 * slot + writer) * SLOT_BYTES, bytes);
  file.close();
}

/** The other one was faster. `not-permitted`: it removed the name of the file that was open. */
const EXPECTED = new Set<string>(["not-found", "already-exists", "not-permitted"]);

/** Makes, renames, reads and removes files of the same few names as the other process. Nothing may ever fail to open. */
export function changeNames(folder: BeneathFolder, writer: number): void {
  const names = ["x", "y", "z"] as const;
  for (let round = 0; round < 500; round += 1) {
    const [one, two] = [names[(round + writer) % 3] ?? "x", names[(round * 2 + 1) % 3] ?? "y"];
    for (const step of [
      () => folder.open([one], { read: true, write: true, create: true }).close(),
      () => folder.rename([one], [two]),
      () => folder.open([two], { read: true, write: false, create: false }).close(),
      () => round % 5 === 0 && folder.removeFile([two]),
    ])
      try {
        step();
      } catch (error) {
        const isExpected = error instanceof HostError && EXPECTED.has(error.tag);
        if (!isExpected) throw error;
      }
  }
}

if (process.argv[1] === SEALED_WRITER) {
  const folder = openBeneath(process.argv[2] ?? "", { writable: true, seal: makeSeal() });
  process.stdout.write("ready\n");
  if (process.argv[3] === "names") changeNames(folder, 1);
  else writeSlots(folder, 1);
  folder.close();
}
