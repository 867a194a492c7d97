import type { Rule, TextKind } from "../rule.ts";

/** Longer than any honest one that was seen, with room: the longest description of 624 had 6025 characters. */
const LENGTHS: Readonly<Record<TextKind, readonly [medium: number, high: number]>> = {
  name: [64, 200],
  title: [120, 500],
  prose: [10_000, 40_000],
  key: [80, 300],
  value: [2000, 20_000],
};
const PADDING = /[^\S\n]{60}|(?:\n[^\S\n]{0,40}){6}/;
const LONG_PADDING = /[^\S\n]{100}|(?:\n[^\S\n]{0,40}){10}/;

export const TOO_LONG: Rule = {
  id: "too-long",
  severity: "high",
  title: "A text so long that nobody reads it before approving",
  references: ["OWASP MCP03"],
  *find({ texts }) {
    for (const { where, kind, raw } of texts) {
      const [medium, high] = LENGTHS[kind];
      if (raw.length <= medium) continue;
      const severity = raw.length > high ? "high" : "medium";
      yield { where, severity, why: `It has ${raw.length} characters.` };
    }
  },
};

export const PADDED: Rule = {
  id: "padded",
  severity: "high",
  title: "Blanks that push text out of sight",
  references: ["OWASP MCP03"],
  *find({ texts }) {
    for (const { where, raw } of texts) {
      const text = raw.trim();
      const index = text.search(PADDING);
      if (index < 0) continue;
      const after = text.slice(index).trimStart();
      const severity = LONG_PADDING.test(text) ? "high" : "medium";
      yield { where, severity, why: "Text stands behind a long run of blanks.", quote: after };
    }
  },
};
