import { Parser } from "htmlparser2";
import { MarkdownWriter } from "./writer.ts";

export interface Page {
  readonly title: string | undefined;
  readonly markdown: string;
}

/** Elements that are no reading matter, with all that is in them. */
const SKIPPED = new Set(
  "script style noscript template svg math canvas iframe object embed nav footer aside dialog select button textarea form head title".split(
    " ",
  ),
);
const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));
/** What a page says is its content; the first of these that has enough text is taken alone. */
const CONTENT = ["main", "article"] as const;
const contentCharactersMin = 200;

/**
 * Turns a page into Markdown: headings, paragraphs, lists, quotes, code, tables, and links made absolute.
 * The page is a stranger's: every construct is bounded, and nothing of it is run.
 */
export function toMarkdown(html: string, base: string): Page {
  const whole = new MarkdownWriter(base);
  const parts = new Map<string, MarkdownWriter>();
  const open = new Map<string, number>();
  let skipDepth = 0;
  let inTitle = false;
  let title = "";

  const writers = (): MarkdownWriter[] => [
    whole,
    ...CONTENT.filter((name) => (open.get(name) ?? 0) > 0).map((name) => parts.get(name)!),
  ];
  const parser = new Parser({
    onopentag(name, attributes) {
      inTitle ||= name === "title" && title === "";
      if (skipDepth > 0 || SKIPPED.has(name) || isHidden(attributes)) {
        if (!VOID.has(name)) skipDepth++;
        return;
      }
      if (CONTENT.includes(name as (typeof CONTENT)[number])) {
        open.set(name, (open.get(name) ?? 0) + 1);
        if (!parts.has(name)) parts.set(name, new MarkdownWriter(base));
      }
      for (const writer of writers()) writer.open(name, attributes);
    },
    ontext(text) {
      if (inTitle) title += text;
      if (skipDepth === 0) for (const writer of writers()) writer.text(text);
    },
    onclosetag(name) {
      if (name === "title") inTitle = false;
      if (skipDepth > 0) {
        if (!VOID.has(name)) skipDepth--;
        return;
      }
      for (const writer of writers()) writer.close(name);
      const count = open.get(name);
      if (count) open.set(name, count - 1);
    },
  });
  parser.write(html);
  parser.end();

  const content = CONTENT.map((name) => parts.get(name)?.finish() ?? "").find(
    (markdown) => markdown.length >= contentCharactersMin,
  );
  const cleanTitle = title.replace(/\s+/g, " ").trim().slice(0, 300);
  return { title: cleanTitle === "" ? undefined : cleanTitle, markdown: content ?? whole.finish() };
}

function isHidden(attributes: Readonly<Record<string, string>>): boolean {
  return (
    "hidden" in attributes ||
    attributes["aria-hidden"] === "true" ||
    /display\s*:\s*none|visibility\s*:\s*hidden/i.test(attributes["style"] ?? "")
  );
}
