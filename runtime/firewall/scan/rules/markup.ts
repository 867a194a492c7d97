import type { Hit, Rule, Subject } from "../rule.ts";

/** What a viewer of HTML, Markdown or a template does not show stands between these. */
const COMMENTS: readonly (readonly [open: string, close: string])[] = [
  ["<!--", "-->"],
  ["<![CDATA[", "]]>"],
  ["{/*", "*/}"],
  ["{#", "#}"],
  ["%%", "%%"],
];
/** A definition of a link that no link uses: `[//]: # (nobody sees this)`. */
const LINK_COMMENT =
  /\[(?:\/\/|comment|_|\/|#|\^)[^[\]\n]{0,40}\]:[ \t]{0,4}(?:#|<>)?([^\n]{0,2000})/gi;
const TAG = /<[a-z][^<>]{0,600}>/gi;
const HIDING =
  /display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}[01](?:px|pt|em)?\s{0,3}[;"']|opacity\s{0,3}:\s{0,3}0(?:\.0)?\s{0,3}[;"']|color\s{0,3}[:=]\s{0,3}["']?(?:white|transparent|#fff)|(?:left|top|text-indent)\s{0,3}:\s{0,3}-\d{3}|\shidden[\s>=/]|aria-hidden|clip\s{0,3}:\s{0,3}rect/i;
const COMMENTS_READ_MAX = 50;
const COMMENT_READ_MAX = 2000;
const SHORT_COMMENT_MAX = 60;

export const COMMENT: Rule = {
  id: "comment",
  severity: "high",
  title: "A comment or a hidden element: the model reads it, the user's viewer does not show it",
  references: ["OWASP MCP03"],
  *find({ texts, decoded, isInstructive }) {
    for (const { where, raw } of [...texts, ...decoded]) {
      if (!/[<[{%]/.test(raw)) continue;
      for (const inside of commentsIn(raw)) yield* judgeComment(where, inside, isInstructive);
      for (const [tag] of raw.matchAll(TAG)) {
        if (!HIDING.test(tag)) continue;
        const start = raw.indexOf(tag);
        const quote = raw.slice(start, start + tag.length + SHORT_COMMENT_MAX);
        yield { where, why: "It has an element that is not shown.", quote };
        break;
      }
    }
  },
};

function commentsIn(raw: string): readonly string[] {
  const found: string[] = [];
  for (const [open, close] of COMMENTS) {
    let start = raw.indexOf(open);
    while (start >= 0 && found.length < COMMENTS_READ_MAX) {
      const end = raw.indexOf(close, start + open.length);
      // Without an end, a viewer takes all the rest for the comment; two percent signs are not worth that.
      if (end < 0 && open === close) break;
      found.push(raw.slice(start + open.length, end < 0 ? raw.length : end));
      start = end < 0 ? -1 : raw.indexOf(open, end + close.length);
    }
  }
  for (const [, inside = ""] of raw.matchAll(LINK_COMMENT)) {
    if (found.push(inside) > 2 * COMMENTS_READ_MAX) break;
  }
  return found;
}

/** A short note is left to the operator; what speaks to somebody, or is longer, was put there for a model. */
function* judgeComment(
  where: string,
  inside: string,
  isInstructive: Subject["isInstructive"],
): Iterable<Hit> {
  const quote = inside.trim().slice(0, COMMENT_READ_MAX);
  if (quote === "") return;
  const isGrave = quote.length > SHORT_COMMENT_MAX || isInstructive(quote);
  const why = "It has a comment that a viewer does not show.";
  yield { where, severity: isGrave ? "high" : "medium", why, quote };
}

const ADDRESS =
  /(!?)\[([^[\]\n]{0,200})\]\(\s{0,3}<?((?:https?:|\/\/)[^)\s<>]{1,600})|(?:src|href)\s{0,3}=\s{0,3}["']?((?:https?:|\/\/)[^"'\s<>]{1,600})/gi;
/** A place for data in an address: `?q={secret}`, `/${token}`, `<API_KEY>`. */
const CARRIES = /[?&/=][^?&/=]{0,100}(?:\{|\$\{|%7b|<[a-z_]{2,30}>|\[[a-z_ ]{3,30}\])/i;
const ACTIVE =
  /<(?:script|iframe|object|embed|svg|meta|link|base|form|style)[\s>/]|\bon(?:error|load|click|mouseover)\s{0,3}=|javascript:/i;
const DATA_URI = /\bdata:(?:text|application)\/[a-z0-9.+-]{1,40}(?:;[a-z0-9=-]{1,40}){0,4},/i;

export const ACTIVE_MARKUP: Rule = {
  id: "active-markup",
  severity: "high",
  title: "Markup that runs, loads or carries data away where it is shown",
  references: ["OWASP MCP03", "OWASP MCP05"],
  *find({ texts, decoded }) {
    for (const { where, raw } of [...texts, ...decoded]) {
      if (!/[<([:]/.test(raw)) continue;
      yield* judgeAddresses(where, raw);
      for (const [pattern, why] of SHAPES) {
        const index = raw.search(pattern);
        if (index < 0) continue;
        yield { where, severity: "medium", why, quote: raw.slice(index, index + 120) };
      }
    }
  },
};

const SHAPES = [
  [ACTIVE, "It has markup that runs or loads something."],
  [DATA_URI, "It has a document inside an address."],
] as const;

function* judgeAddresses(where: string, raw: string): Iterable<Hit> {
  for (const [quote, bang, text, inLink = "", inTag = ""] of raw.matchAll(ADDRESS)) {
    const isImage = bang === "!" || quote.toLowerCase().startsWith("src");
    const isUnseen = bang === "" && text?.trim() === "";
    if ((isImage || bang === "") && CARRIES.test(inLink + inTag)) {
      const why = "A link or an image takes data along in its address.";
      yield { where, severity: isImage ? "high" : "medium", why, quote };
    } else if (isUnseen) {
      yield { where, why: "It has a link that nobody sees.", quote };
    } else if (isImage) {
      yield { where, severity: "medium", why: "It loads an image from elsewhere.", quote };
    }
  }
}
