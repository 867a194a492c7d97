import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { OutputFinding, OutputKind } from "../../audit/output-finding.ts";
import type { CompiledPolicy } from "./compile-policy.ts";
import { holdsValue } from "./fields.ts";
import { findCrossings } from "./crossings.ts";
import { filterText, markOf } from "./filter-text.ts";
import type { Span } from "./span.ts";

const DEPTH_MAX = 64;
const NODES_MAX = 400_000;
const FINDINGS_MAX = 100;
const KEY_LENGTH_MAX = 60;
/** Keys are the plugin's: a hundred places have to fit into one line of the audit trail. */
const PLACE_LENGTH_MAX = 400;
/** Shorter texts of ordinary characters hold nothing that is looked for. */
const TEXT_LENGTH_MIN = 6;
const PLAIN = /^[ -~]*$/;
/** Shorter numbers are no cards. */
const NUMBER_MIN = 1e11;

/** What holds no end, or more than anybody reads: it is not filtered, so it does not leave. */
export class FilterLimit extends Error {}

/** One answer being filtered: what was found so far, and how much of it was looked at. */
export class Filtering {
  readonly findings: OutputFinding[] = [];
  /** Beyond those that `findings` names. */
  more = 0;
  isBlocked = false;
  readonly notes = new Set<OutputKind>();
  #nodes = 0;
  readonly #policy: CompiledPolicy;

  constructor(policy: CompiledPolicy) {
    this.#policy = policy;
  }

  /** A text that stands alone. */
  text(text: string, where: string): string {
    if (text.length < TEXT_LENGTH_MIN && PLAIN.test(text)) return text;
    const filtered = filterText(text, this.#policy, (value) =>
      new Filtering(this.#policy).value(value, ""),
    );
    if (filtered.spans.length > 0) this.note(filtered.spans, where);
    return filtered.text;
  }

  /** Texts that a reader sees one after the other: each by itself, and what only their neighbours make of them. */
  texts(
    texts: readonly string[],
    where: (index: number) => string,
    joints?: readonly string[],
  ): readonly string[] {
    const filtered = texts.map((text, index) => this.text(text, where(index)));
    if (texts.length < 2) return filtered;
    const crossings = findCrossings(filtered, this.#policy, joints);
    if (crossings.size === 0) return filtered;
    return filtered.map((text, index) => {
      const span = crossings.get(index);
      if (span === undefined) return text;
      this.note([{ ...span, start: 0 }], where(index));
      const action = this.#policy.actions[span.kind];
      return action === "redact" || action === "block" ? markOf(span.kind) : text;
    });
  }

  /** Any value of JSON: its texts, its keys, and the fields whose names say that they are secret. The very value where nothing changes. */
  value(value: JsonValue, where: string, depth = 0): JsonValue {
    if (typeof value === "string") return this.text(value, where);
    if (typeof value === "number")
      return Math.abs(value) >= NUMBER_MIN ? this.#number(value, where) : value;
    if (typeof value !== "object" || value === null) return value;
    if (depth > DEPTH_MAX || ++this.#nodes > NODES_MAX)
      throw new FilterLimit("the answer is nested deeper or has more parts than can be filtered");
    if (Array.isArray(value)) return this.#list(value as readonly JsonValue[], where, depth);
    return isJsonObject(value) && !isRawNumber(value) ? this.#object(value, where, depth) : value;
  }

  #list(list: readonly JsonValue[], where: string, depth: number): JsonValue {
    if (list.length > 1 && list.every((item) => typeof item === "string")) {
      this.#nodes += list.length;
      // Parts of a key have no blank, and words are joined by one.
      const joints = [list.some((item) => item.includes(" ")) ? " " : ""];
      const texts = this.texts(list, (index) => `${where}[${index}]`, joints);
      return texts.every((text, index) => text === list[index]) ? list : texts;
    }
    let changed: JsonValue[] | undefined;
    list.forEach((item, index) => {
      const filtered = this.value(item, `${where}[${index}]`, depth + 1);
      if (filtered !== item) (changed ??= [...list])[index] = filtered;
    });
    return changed ?? list;
  }

  // debt("GB-068"): members are read one by one.
  #object(object: Readonly<Record<string, JsonValue>>, where: string, depth: number): JsonValue {
    let isChanged = false;
    const entries: [string, JsonValue][] = [];
    for (const key of Object.keys(object)) {
      const member = object[key] as JsonValue;
      const name = this.text(key, `${where}{key}`);
      const filtered = this.#field([key, name], member, placeOf(where, name), depth);
      isChanged ||= name !== key || filtered !== member;
      entries.push([name, filtered]);
    }
    if (!isChanged) return object;
    return Object.fromEntries(withUniqueNames(entries));
  }

  /** By its name as the plugin wrote it, and as it is read once something was taken out of it. */
  #field(names: readonly string[], member: JsonValue, place: string, depth: number): JsonValue {
    const action = this.#policy.actions.fields;
    const isSensitive = names.some((name) => this.#policy.isSensitiveField(name));
    if (action !== undefined && isSensitive && holdsValue(member)) {
      this.note(
        [{ kind: "fields", id: "fields.name", severity: "medium", start: 0, end: 0 }],
        place,
      );
      if (action === "redact" || action === "block")
        return Array.isArray(member)
          ? member.map((item: JsonValue) =>
              holdsValue(item) ? markOf("fields") : this.value(item, place, depth + 1),
            )
          : markOf("fields");
    }
    return this.value(member, place, depth + 1);
  }

  /** A card's number is one without quotation marks too. */
  #number(value: number, where: string): JsonValue {
    const text = String(value);
    const filtered = this.text(text, where);
    return filtered === text ? value : filtered;
  }

  note(spans: readonly Span[], where: string): void {
    for (const { kind, id, severity, start } of spans) {
      const action = this.#policy.actions[kind];
      if (action === undefined) continue;
      if (action === "block") this.isBlocked = true;
      if (action === "annotate") this.notes.add(kind);
      if (this.findings.length >= FINDINGS_MAX) this.more++;
      else {
        const place =
          where.length > PLACE_LENGTH_MAX ? `${where.slice(0, PLACE_LENGTH_MAX)}…` : where;
        this.findings.push({
          id,
          severity,
          where: start > 0 ? `${place}@${start}` : place,
          action,
        });
      }
    }
  }
}

function isRawNumber(value: object): boolean {
  return (JSON as unknown as { isRawJSON(value: unknown): boolean }).isRawJSON(value);
}

/** Names are the plugin's words: they are kept short, and out where they have been redacted. */
function placeOf(where: string, key: string): string {
  const name = key.length > KEY_LENGTH_MAX ? `${key.slice(0, KEY_LENGTH_MAX)}…` : key;
  const isPlain = /^[A-Za-z_][\w-]*$/.test(name);
  return where === "" ? name : isPlain ? `${where}.${name}` : `${where}[${JSON.stringify(name)}]`;
}

/** Two keys that became one mark stay two. */
function withUniqueNames(
  entries: readonly (readonly [string, JsonValue])[],
): (readonly [string, JsonValue])[] {
  const seen = new Map<string, number>();
  return entries.map(([name, member]) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return [count === 1 ? name : `${name}~${count}`, member];
  });
}
