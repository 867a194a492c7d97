import { isUtf8 } from "node:buffer";
import type { JsonObject } from "@glovebox/host-api/json";
import type { ContentBlock, ResourceContents } from "../content.ts";
import { filterJsonText, looksLikeJson } from "./filter-text.ts";
import type { Filtering } from "./filter-value.ts";

/** Media types whose bytes are text that a model or a browser reads, even where some of them are no characters. */
const TEXTUAL =
  /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|yaml|javascript|x-sh|sql|toml)|image\/svg)/i;

/**
 * Blocks of content, each by itself and texts that follow each other together. Bytes that are text are read as text, whatever
 * they are said to be; of pictures and sounds nothing is read. The very blocks where nothing changes.
 */
export function filterBlocks(
  blocks: readonly ContentBlock[],
  filtering: Filtering,
): readonly ContentBlock[] {
  const texts = blocks.flatMap((block) => (block.type === "text" ? [block.text] : []));
  const places = blocks.flatMap(({ type }, index) => (type === "text" ? [index] : []));
  const filteredTexts = filtering.texts(texts, (index) => `content[${places[index]}].text`);
  let next = 0;
  let isChanged = false;
  const filtered = blocks.map((block, index): ContentBlock => {
    const result =
      block.type === "text"
        ? withText(block, filteredTexts[next++] ?? "")
        : filterOther(block, `content[${index}]`, filtering);
    isChanged ||= result !== block;
    return result;
  });
  return isChanged ? filtered : blocks;
}

function withText(block: Extract<ContentBlock, { type: "text" }>, text: string): ContentBlock {
  return block.text === text ? block : { ...block, text };
}

function filterOther(block: ContentBlock, where: string, filtering: Filtering): ContentBlock {
  if (block.type === "image" || block.type === "audio") {
    const data = filterBytes(block.data, block.mimeType, `${where}.data`, filtering);
    return data === block.data ? block : { ...block, data };
  }
  if (block.type === "resource") {
    const resource = filterContents(block.resource, `${where}.resource`, filtering);
    return resource === block.resource ? block : { ...block, resource };
  }
  const filtered = filtering.value(block as unknown as JsonObject, where) as unknown;
  return filtered as ContentBlock;
}

/** All of it is the plugin's: its address and its type too. */
function filterContents(
  resource: ResourceContents,
  place: string,
  filtering: Filtering,
): ResourceContents {
  if ("text" in resource) return filtering.value(resource, place) as unknown as ResourceContents;
  const { blob, ...head } = resource;
  const filteredHead = filtering.value(head, place) as unknown as typeof head;
  const filtered = filterBytes(blob, resource.mimeType, `${place}.blob`, filtering);
  return filteredHead === head && filtered === blob
    ? resource
    : { ...filteredHead, blob: filtered };
}

/**
 * Texts that are JSON, as the structured content beside which they stand: MCP has a tool say the same in both. For an answer
 * whose structured content had to be changed.
 */
export function filterCopies(
  blocks: readonly ContentBlock[],
  filtering: Filtering,
): readonly ContentBlock[] {
  return blocks.map((block, index) => {
    if (block.type !== "text" || !looksLikeJson(block.text)) return block;
    const text = filterJsonText(block.text, (value) =>
      filtering.value(value, `content[${index}].text`),
    );
    return text === undefined ? block : { ...block, text };
  });
}

function filterBytes(
  data: string,
  mimeType: string | undefined,
  where: string,
  filtering: Filtering,
): string {
  const bytes = Buffer.from(data, "base64");
  const isTextual = mimeType !== undefined && TEXTUAL.test(mimeType);
  // Of another type, or none: what is no text is not read as one.
  if (!isTextual && (!isUtf8(bytes) || bytes.includes(0))) return data;
  const text = bytes.toString("utf8");
  const filtered = filtering.text(text, where);
  return filtered === text ? data : Buffer.from(filtered).toString("base64");
}
