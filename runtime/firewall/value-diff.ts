import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";
import { canonicalText } from "../plugin/canonical.ts";
import type { SurfaceChange } from "./surface-diff.ts";
import { foldText } from "./scan/text-view.ts";
import { joinPath } from "./tool-path.ts";
import { formatReadableJson, makeReadable } from "./visible.ts";
import { diffWords, type DiffPart } from "./word-diff.ts";

/** A surface is not parsed deeper; what is deeper all the same is compared as a whole. */
const DEPTH_MAX = 64;

interface Spot {
  readonly tool: string;
  readonly where: string;
  readonly depth: number;
}

/** What is different at one place and below it. Equal data has no changes; what has none is equal as data. */
export function diffValue(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  spot: Spot,
): SurfaceChange[] {
  if (before === after) return [];
  if (spot.depth >= DEPTH_MAX)
    return isEqual(before, after) ? [] : [valueChange(before, after, spot)];
  if (isTextual(before) && isTextual(after)) {
    const { parts } = diffWords(before ?? "", after ?? "");
    const summary =
      before === undefined ? "is new" : after === undefined ? "is gone" : "reads differently";
    return [{ kind: "text", ...placeOf(spot), summary, parts: readableParts(parts) }];
  }
  if (Array.isArray(before) && Array.isArray(after)) return diffLists(before, after, spot);
  // What is new or gone as a whole is told part by part too: its texts are read as texts, not as JSON.
  if (
    (isJsonObject(before) || before === undefined) &&
    (isJsonObject(after) || after === undefined)
  ) {
    const changes = diffObjects(before ?? {}, after ?? {}, spot);
    return changes.length > 0
      ? changes
      : [valueChange(before, after, spot)].filter(() => !before || !after);
  }
  return [valueChange(before, after, spot)];
}

function diffObjects(before: JsonObject, after: JsonObject, spot: Spot): SurfaceChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const below = { ...spot, where: joinPath(spot.where, key), depth: spot.depth + 1 };
    const [old, now] = [memberOf(before, key), memberOf(after, key)];
    if (key === "properties" && areParameters(old, now))
      return diffParameters(
        { properties: objectOf(old), required: listOf(memberOf(before, "required")) },
        { properties: objectOf(now), required: listOf(memberOf(after, "required")) },
        below,
      );
    // Told at each parameter.
    if (key === "required" && isOptionalList(old) && isOptionalList(now))
      return diffRequired(before, after, below);
    return diffValue(old, now, below);
  });
}

interface Parameters {
  readonly properties: JsonObject;
  readonly required: readonly JsonValue[];
}

function diffParameters(before: Parameters, after: Parameters, spot: Spot): SurfaceChange[] {
  const names = [...new Set([...Object.keys(after.properties), ...Object.keys(before.properties)])];
  return names.flatMap((name): SurfaceChange[] => {
    const below = { ...spot, where: joinPath(spot.where, name), depth: spot.depth + 1 };
    const [old, now] = [memberOf(before.properties, name), memberOf(after.properties, name)];
    const [wasRequired, isRequired] = [
      before.required.includes(name),
      after.required.includes(name),
    ];
    const at = placeOf(below);
    if (now === undefined)
      return [{ kind: "parameter-removed", ...at, summary: "is gone", parts: [] }];
    if (old === undefined) {
      const summary = isRequired ? "is new and required" : "is new";
      const parts = isJsonObject(now) ? [] : replacedParts("", formatReadableJson(now));
      const added: SurfaceChange = { kind: "parameter-added", ...at, summary, parts };
      return [added, ...(isJsonObject(now) ? diffObjects({}, now, below) : [])];
    }
    const required: SurfaceChange[] =
      wasRequired === isRequired
        ? []
        : [
            {
              kind: "required",
              ...at,
              summary: isRequired ? "is required now" : "is optional now",
              parts: [],
            },
          ];
    return [...required, ...diffValue(old, now, below)];
  });
}

/** Which parameters are required is told at each; here, what else the list says: other names, another order, one twice. */
function diffRequired(before: JsonObject, after: JsonObject, spot: Spot): SurfaceChange[] {
  const [old, now] = [memberOf(before, "required"), memberOf(after, "required")];
  if (isEqual(old, now)) return [];
  const [oldLeft, nowLeft] = [untold(before, listOf(now)), untold(after, listOf(old))];
  if (!isEqual(oldLeft, nowLeft)) return diffLists(oldLeft, nowLeft, spot);
  const isAllTold = oldLeft.length < listOf(old).length || nowLeft.length < listOf(now).length;
  return isAllTold ? [] : [valueChange(old, now, spot)];
}

/** What a schema requires, less the parameters that the other one does not. */
function untold(schema: JsonObject, otherRequired: readonly JsonValue[]): JsonValue[] {
  const properties = memberOf(schema, "properties");
  const isTold = (name: JsonValue): boolean =>
    typeof name === "string" &&
    isJsonObject(properties) &&
    Object.hasOwn(properties, name) &&
    !otherRequired.includes(name);
  return listOf(memberOf(schema, "required")).filter((name) => !isTold(name));
}

function diffLists(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  spot: Spot,
): SurfaceChange[] {
  if (before.some(isContainer) || after.some(isContainer)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => index).flatMap((index) =>
      diffValue(before[index], after[index], {
        ...spot,
        where: `${spot.where}[${index}]`,
        depth: spot.depth + 1,
      }),
    );
  }
  if (isEqual(before, after)) return [];
  const [old, now] = [new Set(before), new Set(after)];
  const removed = before.filter((item) => !now.has(item));
  const added = after.filter((item) => !old.has(item));
  if (removed.length + added.length === 0) return [valueChange(before, after, spot)];
  return [
    {
      kind: "value",
      ...placeOf(spot),
      summary: "lists something else",
      parts: replacedParts(
        ...([removed, added].map((items) =>
          items.map((item) => formatReadableJson(item)).join(", "),
        ) as [string, string]),
      ),
    },
  ];
}

function valueChange(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  spot: Spot,
): SurfaceChange {
  const summary =
    before === undefined ? "is new" : after === undefined ? "is gone" : "has another value";
  const [old, now] = [before, after].map((value) =>
    value === undefined ? "" : formatReadableJson(value),
  );
  return { kind: "value", ...placeOf(spot), summary, parts: replacedParts(old ?? "", now ?? "") };
}

export function replacedParts(before: string, after: string): DiffPart[] {
  const parts: DiffPart[] = [
    { kind: "removed", text: before },
    { kind: "added", text: after },
  ];
  return readableParts(parts.filter((part) => part.kind !== "elided" && part.text !== ""));
}

/** Safe to print; and where a text was put in the place of one that looks the same, what makes the difference as its number. */
function readableParts(parts: readonly DiffPart[]): DiffPart[] {
  return parts.map((part, index) => {
    if (part.kind === "elided") return part;
    const other = parts[part.kind === "removed" ? index + 1 : index - 1];
    const isReplaced = part.kind !== "same" && other !== undefined && isOpposite(part, other);
    const text = makeReadable(part.text, { newlines: true });
    return {
      ...part,
      text: isReplaced && looksLike(part.text, other.text) ? spellOut(text) : text,
    };
  });
}

type Changed = Extract<DiffPart, { readonly text: string }>;

function isOpposite(part: Changed, other: DiffPart): other is Changed {
  return other.kind === (part.kind === "removed" ? "added" : "removed");
}

function looksLike(left: string, right: string): boolean {
  return foldText(left).text.trim() === foldText(right).text.trim();
}

function spellOut(text: string): string {
  return text.replace(
    /[^\x20-\x7e\n\t]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function placeOf({ tool, where }: Spot): { readonly tool: string; readonly where: string } {
  return { tool, where };
}

function isEqual(before: JsonValue | undefined, after: JsonValue | undefined): boolean {
  if (before === undefined || after === undefined) return before === after;
  return canonicalText(before) === canonicalText(after);
}

function isTextual(value: JsonValue | undefined): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isContainer(value: JsonValue): boolean {
  return typeof value === "object" && value !== null;
}

/** Both objects, or one that came or went whole: but for an empty one, of which nothing could be told at a parameter. */
function areParameters(before: JsonValue | undefined, after: JsonValue | undefined): boolean {
  const isWhole = [before, after].every((value) => value === undefined || isJsonObject(value));
  return isWhole && Object.keys({ ...objectOf(before), ...objectOf(after) }).length > 0;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function isOptionalList(value: JsonValue | undefined): value is readonly JsonValue[] | undefined {
  return value === undefined || Array.isArray(value);
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** A member that is the object's own: the keys are strangers' words, and `toString` is one. */
export function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
