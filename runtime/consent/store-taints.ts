import { isJsonObject } from "@glovebox/host-api/json";
import { digestOf } from "../plugin/canonical.ts";
import type { FilePowers } from "../supply/file-powers.ts";
import type { TaintKey, TaintStore } from "./taint-store.ts";

const FILE_BYTES_MAX = 4096;

/**
 * Which plugins' own data holds what strangers wrote, in a folder beside that data: as durable as it, seen by every process that
 * sees it, and without an end. Everything else goes to `others`.
 * A file that cannot be read counts as tainted: somebody else wrote it, or a disk broke.
 */
export function withStoreTaints(
  others: TaintStore,
  folder: string,
  files: Pick<FilePowers, "readFile" | "writeFile" | "makeFolder" | "kindOf">,
): TaintStore {
  const tainted = new Set<string>();
  const fileOf = ({ name }: TaintKey): string =>
    `${folder}/${digestOf(name).slice("sha256:".length)}.json`;
  return {
    read(keys) {
      if (keys.every(({ kind }) => kind !== "store")) return others.read(keys);
      for (const key of keys) {
        const bytes = key.kind === "store" && files.readFile(fileOf(key), FILE_BYTES_MAX);
        if (bytes) return { strangers: strangersIn(bytes) };
      }
      return {};
    },
    mark(key, taint, untilMs) {
      if (key.kind !== "store") return others.mark(key, taint, untilMs);
      // An erasure of the tenant takes the file away, and what is kept after it is marked anew.
      if (tainted.has(key.name) && files.kindOf(fileOf(key)) === "file") return undefined;
      files.makeFolder(folder);
      const words = { store: key.name, ...taint };
      files.writeFile(fileOf(key), `${JSON.stringify(words)}\n`, 0o600);
      tainted.add(key.name);
      return undefined;
    },
  };
}

function strangersIn(bytes: Uint8Array): string {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (isJsonObject(value) && typeof value["strangers"] === "string") return value["strangers"];
  } catch {
    // Not ours: see above.
  }
  return "?";
}
