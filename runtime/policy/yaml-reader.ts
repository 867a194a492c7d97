import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type Scalar,
  type YAMLMap,
} from "yaml";
import type { JsonValue } from "@glovebox/host-api/json";
import { FORBIDDEN_KEYS } from "../plugin/json.ts";
import type { JsonPlaces } from "../plugin/json-places.ts";
import type { Problems } from "../plugin/problems.ts";
import { findHiddenCharacter, quoteText } from "../plugin/text.ts";
import type { PolicyError } from "./errors.ts";

const DEPTH_MAX = 16;
const NODES_MAX = 10_000;
/** As RFC 8259 writes it: `010`, `0x1f`, `+1` and `.nan` mean different numbers to different readers. */
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Turns the nodes of a YAML document into plain data, and notes where each member stands. */
export class YamlReader {
  readonly #places: JsonPlaces;
  readonly #problems: Problems;
  readonly #problemAt: (message: string, offset: number) => PolicyError;
  #nodes = 0;
  #depth = 0;

  constructor(
    places: JsonPlaces,
    problems: Problems,
    problemAt: (message: string, offset: number) => PolicyError,
  ) {
    this.#places = places;
    this.#problems = problems;
    this.#problemAt = problemAt;
  }

  /** Adds what it can read past to the problems, and throws when there is too much. */
  read(node: unknown): JsonValue {
    this.#nodes += 1;
    if (this.#nodes > NODES_MAX)
      throw this.#problemAt(`more than ${NODES_MAX} values`, offsetOf(node));
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return this.#problem("an alias (`*name`): write the value out", node);
    this.#verifyPlain(node);
    if (isScalar(node)) return this.#readScalar(node);
    if (!isCollection(node)) return this.#problem("neither a value, a list nor a mapping", node);
    if (this.#depth >= DEPTH_MAX)
      throw this.#problemAt(`nested deeper than ${DEPTH_MAX}`, offsetOf(node));
    this.#depth += 1;
    const value = isMap(node)
      ? this.#readMap(node)
      : isSeq(node)
        ? this.#readSeq(node.items)
        : null;
    this.#depth -= 1;
    return value;
  }

  #readSeq(items: readonly unknown[]): JsonValue {
    const list: JsonValue[] = [];
    for (const item of items) {
      this.#places.note(list, list.length, offsetOf(item));
      list.push(this.read(item));
    }
    return list;
  }

  #readMap(map: YAMLMap): JsonValue {
    const object: Record<string, JsonValue> = {};
    for (const pair of map.items as readonly Pair[]) {
      const key = this.#readKey(pair.key ?? map);
      const value = this.read(pair.value);
      if (key === undefined) continue;
      if (Object.hasOwn(object, key))
        this.#problem(`the key ${quoteText(key)} stands here twice`, pair.key);
      else {
        this.#places.note(object, key, offsetOf(pair.key));
        object[key] = value;
      }
    }
    return object;
  }

  #readKey(node: unknown): string | undefined {
    if (!isScalar(node) || typeof node.value !== "string")
      return void this.#problem("a key that is not text", node);
    this.#verifyPlain(node);
    const key = node.value;
    if (FORBIDDEN_KEYS.has(key))
      return void this.#problem(`the key ${quoteText(key)} is not accepted`, node);
    this.#verifyVisible(key, node);
    return key;
  }

  #readScalar(node: Scalar): JsonValue {
    const { value, source = "" } = node;
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "string") return this.#verifyVisible(value, node);
    if (typeof value !== "number")
      return this.#problem("neither text, a number, true, false nor null", node);
    const isExact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
    if (NUMBER.test(source) && isExact) return value;
    return this.#problem(
      `${quoteText(source)} is not a plain decimal number: for text, put it in quotes`,
      node,
    );
  }

  /** Tags and anchors change what a value is, far from where it is read. */
  #verifyPlain(node: { readonly tag?: string; readonly anchor?: string }): void {
    if (node.tag !== undefined) this.#problem("a tag (`!name`)", node);
    if (node.anchor !== undefined) this.#problem("an anchor (`&name`)", node);
  }

  /** Escapes in quotes can spell what the file itself must not hold. */
  #verifyVisible(text: string, node: unknown): string {
    const hidden = findHiddenCharacter(text, { lines: true });
    if (hidden === undefined) return text;
    this.#problem(`${hidden.name} in ${quoteText(text)}, which a reader would not see`, node);
    return "";
  }

  #problem(message: string, node: unknown): null {
    this.#problems.add(this.#problemAt(message, offsetOf(node)));
    return null;
  }
}

function offsetOf(node: unknown): number {
  return (node as { readonly range?: readonly number[] | null } | null)?.range?.[0] ?? 0;
}
