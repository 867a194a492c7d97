import type { SurfaceChange } from "../../firewall/surface-diff.ts";
import type { DiffPart } from "../../firewall/word-diff.ts";
import { makeReadable } from "../../firewall/visible.ts";
import type { Output } from "../output.ts";
import { wrapText } from "./wrap-text.ts";

const SHORT_CHARS_MAX = 48;
const INDENT = "    ";
/** In front of every line: ours, and never the text's, which is wrapped to stay behind it. */
const MARKS = { same: "  ", removed: "- ", added: "+ " } as const;
const STYLES = { removed: "red", added: "green" } as const;

/**
 * Shows what changed in a tool surface: tool by tool, a line for each change, and below it what was removed (`-`) and added (`+`)
 * with some words around it. Nothing that changed is cut.
 */
export function showSurfaceChanges(changes: readonly SurfaceChange[], out: Output): void {
  let tool: string | undefined;
  for (const change of changes) {
    if (change.tool !== tool) out.line(`  ${out.style("cyan", makeReadable(change.tool))}`);
    tool = change.tool;
    const head = `  ${out.style("bold", change.where || "the tool")} ${change.summary}`;
    const short = shortValues(change, out);
    out.line(short === undefined ? head : `${head}: ${short}`);
    if (short === undefined) for (const part of change.parts) showPart(part, out);
  }
}

/** Values that fit behind the words. They are JSON, so that a text among them stands in quotes. */
function shortValues({ kind, parts }: SurfaceChange, out: Output): string | undefined {
  const marked = parts.flatMap((part) =>
    part.kind === "removed" || part.kind === "added"
      ? [out.style(STYLES[part.kind], `${MARKS[part.kind]}${part.text}`)]
      : [],
  );
  const text = marked.join("  ");
  return kind === "value" && text.length <= SHORT_CHARS_MAX ? text : undefined;
}

function showPart(part: DiffPart, out: Output): void {
  if (part.kind === "elided") {
    const words = part.words === 1 ? "word" : "words";
    return out.line(out.style("dim", `${INDENT}  … ${part.words} ${words} as before …`));
  }
  const mark = INDENT + MARKS[part.kind];
  const { kind } = part;
  // Blanks that came or went would show as nothing.
  const text =
    /^[ \t]+$/.test(part.text) && kind !== "same" ? `[${part.text.length} blank]` : part.text;
  for (const line of wrapText(text, out.columns - mark.length)) {
    if (line !== "" || kind !== "same")
      out.line(kind === "same" ? `${mark}${line}` : out.style(STYLES[kind], `${mark}${line}`));
  }
}
