import { findHiddenCharacter } from "../../../plugin/text.ts";
import type { Rule } from "../rule.ts";

const ESCAPE = /[\u001B\u009B\u0090\u009D]/;
const SPELLED_ESCAPE = /\\(?:x1b|u001b|u\{1b\}|033|e)\[/i;

export const INVISIBLE: Rule = {
  id: "invisible",
  severity: "high",
  title: "Characters that show as nothing or turn the writing round",
  references: ["OWASP MCP03"],
  *find({ texts }) {
    for (const { where, raw } of texts) {
      const hidden = findHiddenCharacter(raw.replaceAll("\r\n", " \n"), { lines: true });
      if (hidden === undefined) continue;
      const around = raw.slice(Math.max(0, hidden.index - 20), hidden.index + 60);
      yield {
        where,
        why: `It has the character ${hidden.name}, which nobody sees.`,
        quote: around,
      };
    }
  },
};

export const TERMINAL_ESCAPE: Rule = {
  id: "terminal-escape",
  severity: "high",
  title: "Commands to a terminal",
  references: ["OWASP MCP03"],
  *find({ texts }) {
    for (const { where, raw } of texts) {
      const index = raw.search(ESCAPE);
      if (index >= 0) {
        yield { where, why: "It has an escape that a terminal obeys.", quote: raw.slice(index) };
      } else if (raw.includes("\\") && SPELLED_ESCAPE.test(raw)) {
        const why = "It spells an escape that a terminal obeys.";
        yield { where, severity: "medium", why, quote: raw.slice(raw.search(SPELLED_ESCAPE)) };
      }
    }
  },
};
