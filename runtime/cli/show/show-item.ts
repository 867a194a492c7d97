import type { DebtItem } from "../../debt/items.ts";
import { makeVisible } from "../../firewall/visible.ts";
import type { Output } from "../output.ts";
import { wrapText } from "./wrap-text.ts";

/** The longest label, `configuration`, and two blanks. */
const LABEL_COLUMNS = 15;

/** One gap whole, for people: what happens today, what ought to, what would close it, and what shows it. */
export function showItem(item: DebtItem, out: Output): void {
  out.line(out.style("bold", `${item.id}  ${makeVisible(item.title)}`));
  out.line();
  const ring = item.ring === null ? "none of them" : String(item.ring);
  const rows: (readonly [string, string])[] = [
    ["status", `${item.status}, ${item.severity}, since ${item.since}`],
    ["area", `${item.area}, ring: ${ring}`],
    ["today", item.current_behavior],
    ["ideal", item.ideal],
    ["closed by", item.resolved_by],
    ...item.evidence.map(({ kind, what }) => [kind, what] as const),
    ...(item.references.length > 0 ? [["see", item.references.join(", ")] as const] : []),
  ];
  for (const [label, text] of rows) {
    const [first = "", ...rest] = wrapText(makeVisible(text), out.columns - LABEL_COLUMNS);
    out.line(`${label.padEnd(LABEL_COLUMNS)}${first}`);
    for (const line of rest) out.line(`${" ".repeat(LABEL_COLUMNS)}${line}`);
  }
}
