import { isJsonObject, type JsonObject } from "@glovebox/host-api/json";
import { digestOf } from "../plugin/canonical.ts";
import type { FilePowers } from "../supply/file-powers.ts";
import { makeMemoryTaints, type Taint, type TaintKey, type TaintStore } from "./taint-store.ts";

const FILE_BYTES_MAX = 4096;
/** Ends are written in steps of this part of the time that is left, so that not every call writes a file. */
const STEPS = 16;

/**
 * What principals and stores have in them, in a folder beside the workspace's data, one file for each: it outlives the process,
 * and other processes of the workspace see it at once. Conversations stay in memory: they end with the process.
 * A file that cannot be read counts as tainted: somebody else wrote it, or a disk broke.
 */
export function makeTaintFolder(
  folder: string,
  files: Pick<FilePowers, "readFile" | "writeFile" | "makeFolder">,
  nowMs: () => number,
): TaintStore {
  const memory = makeMemoryTaints(nowMs);
  const written = new Map<string, { readonly text: string; readonly untilMs: number }>();
  const fileOf = (key: TaintKey): string =>
    `${folder}/${key.kind}-${digestOf([key.kind, key.name]).slice("sha256:".length)}.json`;

  const readKey = (key: TaintKey): { taint: Taint; untilMs: number } | undefined => {
    const bytes = files.readFile(fileOf(key), FILE_BYTES_MAX);
    if (!bytes) return undefined;
    const found = parseMark(bytes);
    return found.untilMs > nowMs() ? found : undefined;
  };

  return {
    read(keys) {
      let found = memory.read(keys.filter(({ kind }) => kind === "conversation")) as Taint;
      for (const key of keys)
        if (key.kind !== "conversation") found = { ...readKey(key)?.taint, ...found };
      return found;
    },
    mark(key, taint, untilMs) {
      if (key.kind === "conversation") return memory.mark(key, taint, untilMs);
      const file = fileOf(key);
      const text = JSON.stringify(taint);
      const known = written.get(file);
      if (known && known.text === text && known.untilMs >= untilMs) return undefined;
      const old = readKey(key);
      const both = { ...taint, ...old?.taint };
      const end = Math.max(old?.untilMs ?? 0, untilMs + (untilMs - nowMs()) / STEPS);
      files.makeFolder(folder);
      files.writeFile(file, `${JSON.stringify({ ...both, until_ms: Math.floor(end) })}\n`, 0o600);
      written.set(file, { text, untilMs: Math.floor(end) });
      return undefined;
    },
  };
}

function parseMark(bytes: Uint8Array): { taint: Taint; untilMs: number } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    value = undefined;
  }
  if (!isJsonObject(value) || typeof value["until_ms"] !== "number")
    return { taint: { strangers: "?", private: "?" }, untilMs: Infinity };
  return {
    taint: { ...at(value, "strangers"), ...at(value, "private") },
    untilMs: value["until_ms"],
  };
}

function at(value: JsonObject, key: keyof Taint): Taint {
  const alias = value[key];
  return typeof alias === "string" ? { [key]: alias } : {};
}
