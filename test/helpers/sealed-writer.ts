/** A second process that writes every other slot of a sealed file, as a replica on the same folder would. */
import { fileURLToPath } from "node:url";
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

if (process.argv[1] === SEALED_WRITER) {
  const folder = openBeneath(process.argv[2] ?? "", { writable: true, seal: makeSeal() });
  process.stdout.write("ready\n");
  writeSlots(folder, 1);
  folder.close();
}
