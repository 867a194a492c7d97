import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Place } from "../errors.ts";
import { PolicyError } from "./errors.ts";

const FILE_BYTES_MAX = 256 * 1024;
const DEPTH_MAX = 16;
const NODES_MAX = 10_000;

export type KeyPath = readonly (string | number)[];

/** A YAML file as plain data, and where each part of it stands. */
export interface YamlFile {
  readonly value: JsonValue;
  /** Place of the value at `path`, or of the nearest part around it. */
  placeOf(path: KeyPath): Place;
}

/**
 * Reads YAML 1.2 with the core schema only: no custom tags, no merge keys, no duplicate keys, no aliases.
 * Throws `PolicyError` with the line and column of the first thing that is not.
 */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const document = parseYamlDocument(text, file, lines);
  const offsets = new Map<string, number>();
  const budget = { nodes: NODES_MAX };

  const placeAt = (offset: number | undefined, path: KeyPath): Place => {
    if (offset === undefined) return { file, path: formatPath(path) };
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, path: formatPath(path) };
  };
  const refuse = (node: unknown, path: KeyPath, what: string): never => {
    const offset = (node as { range?: [number, number, number] } | null)?.range?.[0];
    throw new PolicyError("ERR_CONFIG_UNREADABLE", what, { place: placeAt(offset, path) });
  };

  const convert = (node: unknown, path: KeyPath): JsonValue => {
    budget.nodes -= 1;
    if (budget.nodes < 0 || path.length > DEPTH_MAX) refuse(node, path, "The file is nested too deeply or has too many parts.");
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return refuse(node, path, "Aliases (`*name`) are not read: write the value out.");
    const tag = (node as { tag?: string }).tag;
    if (tag !== undefined && !tag.startsWith("tag:yaml.org,2002:")) refuse(node, path, "Custom tags are not read.");
    const range = (node as { range?: [number, number, number] }).range;
    if (range && !offsets.has(formatPath(path))) offsets.set(formatPath(path), range[0]);
    if (isSeq(node)) return node.items.map((item, index) => convert(item, [...path, index]));
    if (isMap(node)) {
      const entries: [string, JsonValue][] = [];
      for (const pair of node.items) {
        if (!isScalar(pair.key) || typeof pair.key.value !== "string")
          refuse(pair.key ?? node, path, "Keys must be plain text.");
        const key = (pair.key as { value: string }).value;
        if (key === "__proto__" || key === "<<") refuse(pair.key, path, `The key \`${key}\` is not read.`);
        const inner = [...path, key];
        const keyRange = (pair.key as { range?: [number, number, number] }).range;
        if (keyRange) offsets.set(formatPath(inner), keyRange[0]);
        entries.push([key, convert(pair.value, inner)]);
      }
      return Object.fromEntries(entries);
    }
    if (isScalar(node)) {
      const { value } = node;
      if (value === null || typeof value === "string" || typeof value === "boolean") return value;
      if (typeof value === "number" && Number.isFinite(value)) return value;
      return refuse(node, path, "Only text, finite numbers, true, false and null are read.");
    }
    return refuse(node, path, "This part of the file cannot be read.");
  };

  const value = convert(document.contents, []);
  return {
    value,
    placeOf(path) {
      for (let length = path.length; length >= 0; length -= 1) {
        const offset = offsets.get(formatPath(path.slice(0, length)));
        if (offset !== undefined) return placeAt(offset, path);
      }
      return { file, path: formatPath(path) };
    },
  };
}

/** Parses to a document that keeps comments, for reading and for careful edits. */
export function parseYamlDocument(text: string, file: string, lines = new LineCounter()): Document.Parsed {
  if (Buffer.byteLength(text) > FILE_BYTES_MAX)
    throw new PolicyError("ERR_CONFIG_UNREADABLE", `The file is larger than ${FILE_BYTES_MAX} bytes.`, { place: { file } });
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    merge: false,
    customTags: [],
    uniqueKeys: true,
    strict: true,
    stringKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new PolicyError("ERR_CONFIG_UNREADABLE", `Not YAML that can be read: ${problem.message}.`, {
      place: { file, line, column: col },
    });
  }
  return document;
}

/** `plugins.time.grants.http[0]` */
export function formatPath(path: KeyPath): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}
