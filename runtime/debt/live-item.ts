import type { LiveItem } from "./items.ts";

type Given = Pick<
  LiveItem,
  "id" | "title" | "severity" | "area" | "current_behavior" | "ideal" | "resolved_by" | "evidence"
> &
  Partial<LiveItem>;

/** An item of this machine or configuration, open and of no ring unless it says otherwise. */
export function liveItem(given: Given): LiveItem {
  return { status: "open", since: "0.2.0", ring: null, references: [], ...given };
}

/** Evidence: a place in the configuration. */
export function configured(what: string): LiveItem["evidence"] {
  return [{ kind: "configuration", what }];
}

/** What is too much to be told of one item: names beyond it are counted. */
const NAMED_MAX = 8;

/** Names in a line for people: `a, b and 3 more`. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).join(", ");
  return names.length > NAMED_MAX ? `${shown} and ${names.length - NAMED_MAX} more` : shown;
}
