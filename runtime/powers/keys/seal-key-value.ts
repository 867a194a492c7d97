import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SealOptions } from "@glovebox/host-api/powers";
import { KEY_BYTES_MAX, VALUE_BYTES_MAX } from "@glovebox/host-api/kv/limits";
import { openSealedKeyValue } from "../sealed-key-value.ts";
import { flushFolder } from "../write-files.ts";

/** Puts an encrypted store in the place of a plain one. Nobody may use it meanwhile: a server that has it open is refused. */
export function sealKeyValue(file: string, seal: SealOptions): void {
  const beside = `${file}.sealed`;
  removeStore(beside);
  const plain = new DatabaseSync(file, { timeout: 0 });
  try {
    // A journal that a crash left is played back by this, and no other process writes from here on.
    plain.exec("BEGIN EXCLUSIVE");
    const used = Number(plain.prepare("SELECT bytes FROM usage").get()?.["bytes"] ?? 0);
    const sizes = { keyBytesMax: KEY_BYTES_MAX, valueBytesMax: VALUE_BYTES_MAX };
    const sealed = openSealedKeyValue(beside, { quotaBytes: used, ...sizes, seal });
    try {
      for (const row of plain.prepare("SELECT key, value FROM entry").iterate())
        sealed.set(String(row["key"]), row["value"] as Uint8Array);
    } finally {
      sealed.close();
    }
    fs.renameSync(beside, file);
    flushFolder(path.dirname(file));
  } finally {
    plain.close();
    removeStore(beside);
  }
}

function removeStore(file: string): void {
  for (const each of [file, `${file}-journal`]) fs.rmSync(each, { force: true });
}
