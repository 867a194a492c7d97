import { defineTool, ToolError } from "@glovebox/sdk";
import { z } from "zod";
import { getText } from "./get.ts";
import { findByPointer } from "./json-pointer.ts";
import { toMarkdown } from "./markdown.ts";

const annotations = { readOnlyHint: true, openWorldHint: true };
const url = z.string().min(1).max(4096).describe("Whole address, https://example.com/page");
const charactersDefault = 20_000;
const charactersMax = 100_000;
const htmlCharactersMax = 2_000_000;

const fetchPage = defineTool({
  name: "fetch_page",
  title: "Fetch a page",
  description:
    "Fetches a page and answers its readable part as Markdown, or any text as it is. Long pages come in parts: the answer says where to go on. Only hosts that the operator allows can be reached.",
  input: z.object({
    url,
    start: z.int().min(0).default(0).describe("Character to begin at"),
    length: z
      .int()
      .min(100)
      .max(charactersMax)
      .default(charactersDefault)
      .describe("Characters to answer"),
    raw: z.boolean().default(false).describe("The source instead of Markdown"),
  }),
  annotations,
  async handler(input) {
    const page = await getText(input.url, "text/html, text/markdown, text/plain;q=0.9, */*;q=0.5");
    const isHtml =
      /html/.test(page.type) || (page.type === "" && /^\s*<(?:!doctype|html)/i.test(page.text));
    const { title, markdown } =
      isHtml && !input.raw
        ? toMarkdown(page.text.slice(0, htmlCharactersMax), page.url)
        : { title: undefined, markdown: page.text };
    const part = markdown.slice(input.start, input.start + input.length).toWellFormed();
    const end = input.start + input.length;
    const head = [title !== undefined && `Title: ${title}`, `Address: ${page.url}`].filter(
      (line) => line !== false,
    );
    const tail =
      end < markdown.length
        ? `\n\n(${markdown.length} characters in all; go on with start ${end}.)`
        : "";
    return `${head.join("\n")}\n\n${part}${tail}`;
  },
});

const fetchJson = defineTool({
  name: "fetch_json",
  title: "Fetch JSON",
  description:
    "Fetches JSON, whole or the part at a JSON Pointer such as /items/0/name. Only hosts that the operator allows can be reached.",
  input: z.object({
    url,
    pointer: z.string().max(1000).default("").describe("RFC 6901; empty is all of it"),
  }),
  output: z.object({ url: z.string(), value: z.unknown() }),
  annotations,
  async handler(input) {
    const page = await getText(input.url, "application/json, */*;q=0.5");
    let whole: unknown;
    try {
      whole = JSON.parse(page.text);
    } catch (cause) {
      throw new ToolError(
        { error_code: "FAILED", message: "The address gives no JSON" },
        { cause },
      );
    }
    const value = findByPointer(whole, input.pointer);
    if (JSON.stringify(value).length > charactersMax) {
      throw new ToolError({
        error_code: "INVALID_INPUT",
        message: `The value has more than ${charactersMax} characters`,
        suggestion: `Ask for a part of it by \`pointer\`. ${describeKeys(value)}`,
      });
    }
    return { url: page.url, value };
  },
});

function describeKeys(value: unknown): string {
  if (Array.isArray(value)) return `It is an array of ${value.length} items.`;
  const keys = Object.keys(value as object).slice(0, 20);
  return `Its keys are ${keys.map((key) => JSON.stringify(key.slice(0, 50))).join(", ")}.`;
}

export const tools = [fetchPage, fetchJson];
