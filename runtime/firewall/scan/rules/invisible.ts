import { findHiddenCharacter, HIDDEN } from "../../../plugin/text.ts";
import type { HiddenCharacter } from "../../../plugin/text.ts";
import type { Rule } from "../rule.ts";

/** ESC, and the 8-bit forms of CSI, DCS and OSC. */
const ESCAPES = ["\u001B", "\u009B", "\u0090", "\u009D"];
const SPELLED_ESCAPE = /\\(?:x1b|u001b|u\{1b\}|033|e)\[/i;
const BEFORE_MAX = 20;
const AFTER_MAX = 60;

export const INVISIBLE: Rule = {
  id: "invisible",
  severity: "high",
  title: "Characters that show as nothing or turn the writing round",
  references: ["OWASP MCP03"],
  *find({ texts }) {
    for (const { where, raw } of texts) {
      const hidden = findFirst(raw);
      if (hidden === undefined) continue;
      const { index, name } = hidden;
      const quote = raw.slice(Math.max(0, index - BEFORE_MAX), index + AFTER_MAX);
      yield { where, why: `It has the character ${name}, which nobody sees.`, quote };
    }
  },
};

/** So much is looked at in one go: most texts that hide something hide much, and looking costs. */
const PIECE_MAX = 2048;
/** No emoji, and no letters that need joiners, stand on both sides of one of these. */
const CUT = /[\n .,;。、]/g;

function findFirst(raw: string): HiddenCharacter | undefined {
  const inLines = raw.includes("\r") ? raw.replaceAll("\r\n", " \n") : raw;
  const text = inLines.includes("\uFE0F") ? inLines.replace(COLOURED, "  ") : inLines;
  const first = text.search(HIDDEN_IN_LINES);
  if (first < 0) return undefined;
  let start = first === 0 ? 0 : lastCut(text, first);
  while (start < text.length) {
    CUT.lastIndex = start + PIECE_MAX;
    const cut = CUT.exec(text)?.index ?? text.length;
    const end = Math.min(cut, start + 2 * PIECE_MAX);
    const hidden = findHiddenCharacter(text.slice(start, end), { lines: true });
    if (hidden !== undefined) return { index: start + hidden.index, name: hidden.name };
    start = end;
  }
  return undefined;
}

/** The usual emoji; the whole list of them takes V8 long to gather, and few texts need it. */
const COLOURED = /[\u203C-\u3299]\uFE0F/g;
const HIDDEN_IN_LINES = new RegExp(`(?![\\n\\t])${HIDDEN.source}`, "u");

function lastCut(text: string, index: number): number {
  const before = text.slice(Math.max(0, index - PIECE_MAX), index);
  return index - before.length + Math.max(0, before.lastIndexOf(" "));
}

export const TERMINAL_ESCAPE: Rule = {
  id: "terminal-escape",
  severity: "high",
  title: "Commands to a terminal",
  references: ["OWASP MCP03"],
  *find({ texts }) {
    for (const { where, raw } of texts) {
      const index = ESCAPES.map((escape) => raw.indexOf(escape)).find((at) => at >= 0);
      if (index !== undefined) {
        const quote = raw.slice(index, index + AFTER_MAX);
        yield { where, why: "It has an escape that a terminal obeys.", quote };
      } else if (raw.includes("\\") && SPELLED_ESCAPE.test(raw)) {
        const why = "It spells an escape that a terminal obeys.";
        yield { where, severity: "medium", why, quote: raw.slice(raw.search(SPELLED_ESCAPE)) };
      }
    }
  },
};
