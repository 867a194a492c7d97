import fs from "node:fs";
import path from "node:path";
import type { ChainHead } from "../../audit/chain/lines.ts";
import { isCode } from "../file-errors.ts";

/** Writers of one workspace at a time, each with a trail of its own. */
export const WRITERS_MAX = 64;

/** The files of one trail: one writer at a time holds its lock, writes the current file, and nobody writes the others. */
export interface TrailFiles {
  readonly folder: string;
  readonly current: string;
  readonly checkpoints: string;
  readonly lock: string;
  /** What a full file is called: by its chain, and its first line's number. */
  full(head: Pick<ChainHead, "chain">, firstSeq: number): string;
  /** What a file is called that is no part of a chain. */
  aside(what: "old-format" | "damaged" | "torn"): string;
  /** Full files by name, with the chain's first digits and the number of the first line. */
  listFull(): readonly FullFile[];
}

export interface FullFile {
  readonly file: string;
  readonly chain: string;
  readonly firstSeq: number;
}

/** The files of writer `index`: the first writer of a workspace has `audit.jsonl`, the next at the same time `audit-1.jsonl`. */
export function trailFiles(file: string, index: number, checkpointFolder?: string): TrailFiles {
  const folder = path.dirname(file);
  const name = path.basename(file, ".jsonl");
  const base = index === 0 ? name : `${name}-${index}`;
  const at = (ending: string): string => path.join(folder, `${base}.${ending}`);
  const shape = new RegExp(
    `^${base.replaceAll(/[^A-Za-z0-9-]/g, "\\$&")}\\.([0-9a-f]{8})\\.(\\d{12})\\.jsonl$`,
  );
  return {
    folder,
    current: at("jsonl"),
    checkpoints: path.join(checkpointFolder ?? folder, `${base}.checkpoints.jsonl`),
    lock: at("lock"),
    full: ({ chain }, firstSeq) =>
      at(`${chain.slice(0, 8)}.${String(firstSeq).padStart(12, "0")}.jsonl`),
    aside: (what) => {
      const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
      return at(`${what}-${time}.jsonl`);
    },
    listFull: () =>
      listFolder(folder).flatMap((entry) => {
        const [, chain = "", firstSeq = ""] = shape.exec(entry) ?? [];
        return chain === ""
          ? []
          : { file: path.join(folder, entry), chain, firstSeq: Number(firstSeq) };
      }),
  };
}

function listFolder(folder: string): readonly string[] {
  try {
    return fs.readdirSync(folder).toSorted();
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}
