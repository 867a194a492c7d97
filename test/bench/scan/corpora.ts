import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { ScannedTool } from "../../../runtime/firewall/scan/rule.ts";

/** One labelled definition. */
export interface ToolRecord {
  readonly id: string;
  readonly label: "malicious" | "benign";
  /** What kind of attack it is, of a malicious one. */
  readonly attack?: string;
  readonly tool: ScannedTool;
  /** The tools beside it, which some attacks need. */
  readonly context_tools?: readonly (string | ScannedTool)[];
  /** Where it is from, for benign ones of different origins. */
  readonly set?: string;
}

/** A definition before and after a change. */
export interface PairRecord {
  readonly id: string;
  readonly label: "malicious-change" | "benign-change";
  readonly before: ScannedTool;
  readonly after: ScannedTool;
}

/** Reads `NAME.jsonl.gz` or `NAME.jsonl` of a folder. */
export function readCorpus(folder: string, name: string): readonly unknown[] {
  const file = path.join(folder, `${name}.jsonl`);
  const packed = `${file}.gz`;
  if (!existsSync(file) && !existsSync(packed))
    throw new Error(`${folder} holds neither ${name}.jsonl.gz nor ${name}.jsonl`);
  const text = existsSync(packed)
    ? gunzipSync(readFileSync(packed)).toString()
    : readFileSync(file, "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as unknown);
}
