import type { Hit, Rule, Subject, ToolText } from "../rule.ts";

const INSIDE_MAX = 2000;
/** What a viewer of HTML or Markdown does not show. */
const COMMENTS: readonly RegExp[] = [
  new RegExp(String.raw`<!--([^]{0,${INSIDE_MAX}}?)(?:--!?>|$)`, "g"),
  new RegExp(String.raw`<!\[CDATA\[([^]{0,${INSIDE_MAX}}?)\]\]>`, "gi"),
  new RegExp(
    String.raw`\[(?:\/\/|comment|_|\/|#|\^)[^\]\n]{0,40}\]:[ \t]{0,4}(?:#|<>)[ \t]{0,4}[("']?([^\n]{0,${INSIDE_MAX}})`,
    "gi",
  ),
  new RegExp(String.raw`\{\/\*([^]{0,${INSIDE_MAX}}?)\*\/\}`, "g"),
  new RegExp(String.raw`\{#([^]{0,${INSIDE_MAX}}?)#\}`, "g"),
  new RegExp(String.raw`%%([^%\n]{8,${INSIDE_MAX}}?)%%`, "g"),
];
const HIDDEN_ELEMENT = new RegExp(
  String.raw`<[a-z][^<>]{0,200}(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}0|opacity\s{0,3}:\s{0,3}0(?![.\d])|color\s{0,3}:\s{0,3}(?:white|transparent|#fff)|(?:left|top|text-indent)\s{0,3}:\s{0,3}-\d{3}|\shidden(?=[\s>=/])|aria-hidden|clip\s{0,3}:\s{0,3}rect)[^<>]{0,200}>([^<]{0,${INSIDE_MAX}})`,
  "gi",
);
const SHORT_COMMENT_MAX = 60;
const ACTIVE =
  /<(?:script|iframe|object|embed|svg|meta|link|base|form|style)[\s>/]|\bon(?:error|load|click|mouseover)\s{0,3}=|javascript:/i;
const IMAGE =
  /!\[[^\]\n]{0,200}\]\(\s{0,3}(?:https?:)?\/\/[^)\s]{1,500}|<img\s[^<>]{0,300}src\s{0,3}=/i;
const CARRYING =
  /(?:!?\[[^\]\n]{0,200}\]\(|src\s{0,3}=\s{0,3}["']?|href\s{0,3}=\s{0,3}["']?)\s{0,3}https?:\/\/[^)\s"'<>]{1,300}[?&/=](?:[^)\s"'<>]{0,100})(?:\{\{?|\$\{|%7b|<[a-z_]{2,30}>|\[[a-z_ ]{3,30}\])/i;
const EMPTY_LINK = /(?<!!)\[[\s\u200B]{0,5}\]\((?:https?:)?\/\/[^)\s]{1,500}/i;
const DATA_URI = /\bdata:(?:text|application)\/[a-z0-9.+-]{1,40}(?:;[a-z0-9=-]{1,40}){0,4},/i;

export const COMMENT: Rule = {
  id: "comment",
  severity: "high",
  title: "A comment or a hidden element: the model reads it, the user's viewer does not show it",
  references: ["OWASP MCP03"],
  *find(subject) {
    for (const text of [...subject.texts, ...subject.decoded]) {
      if (!/[<[{%]/.test(text.raw)) continue;
      for (const pattern of COMMENTS) {
        for (const match of text.raw.matchAll(pattern)) yield* judgeHidden(subject, text, match);
      }
      for (const match of text.raw.matchAll(HIDDEN_ELEMENT)) {
        const why = "It has an element that is not shown.";
        yield { where: text.where, why, quote: match[0] };
      }
    }
  },
};

/** A short note is left to the operator; what speaks to somebody, or is longer, was put there to be read by a model. */
function* judgeHidden(
  { isInstructive }: Subject,
  { where }: ToolText,
  [quote, inside = ""]: RegExpExecArray,
): Iterable<Hit> {
  const text = inside.trim();
  if (text === "") return;
  const isGrave = text.length > SHORT_COMMENT_MAX || isInstructive(text);
  yield {
    where,
    severity: isGrave ? "high" : "medium",
    why: "It has a comment that a viewer does not show.",
    quote,
  };
}

export const ACTIVE_MARKUP: Rule = {
  id: "active-markup",
  severity: "high",
  title: "Markup that runs, loads or carries data away where it is shown",
  references: ["OWASP MCP03", "OWASP MCP05"],
  *find({ texts, decoded }) {
    for (const { where, raw } of [...texts, ...decoded]) {
      if (!/[<([:]/.test(raw)) continue;
      for (const { pattern, why, severity } of MARKUP) {
        const index = raw.search(pattern);
        if (index >= 0) yield { where, why, severity, quote: raw.slice(index, index + 200) };
      }
    }
  },
};

const MARKUP = [
  {
    pattern: CARRYING,
    severity: "high",
    why: "A link or an image takes data along in its address.",
  },
  { pattern: EMPTY_LINK, severity: "high", why: "It has a link that nobody sees." },
  { pattern: ACTIVE, severity: "medium", why: "It has markup that runs or loads something." },
  { pattern: DATA_URI, severity: "medium", why: "It has a document inside an address." },
  { pattern: IMAGE, severity: "medium", why: "It loads an image from elsewhere." },
] as const;
