import type { JsonObject } from "@glovebox/host-api/json";
import type { ContentBlock } from "../content.ts";
import type { Filtering } from "./filter-value.ts";

/** Media types whose bytes are text that a model or a browser reads. */
const TEXTUAL =
  /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|yaml|javascript|x-sh|sql|toml)|image\/svg)/i;

/**
 * Blocks of content, each by itself and texts that follow each other together. Bytes that are text are read as text; of
 * pictures and sounds nothing is read. The very blocks where nothing changes.
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
    const { resource } = block;
    const place = `${where}.resource`;
    if ("blob" in resource) {
      const blob = filterBytes(resource.blob, resource.mimeType, `${place}.blob`, filtering);
      return blob === resource.blob ? block : { ...block, resource: { ...resource, blob } };
    }
    const text = filtering.text(resource.text, `${place}.text`);
    return text === resource.text ? block : { ...block, resource: { ...resource, text } };
  }
  const filtered = filtering.value(block as unknown as JsonObject, where) as unknown;
  return filtered as ContentBlock;
}

function filterBytes(
  data: string,
  mimeType: string | undefined,
  where: string,
  filtering: Filtering,
): string {
  if (mimeType !== undefined && !TEXTUAL.test(mimeType)) return data;
  const text = Buffer.from(data, "base64").toString("utf8");
  // Of no declared type: what is no text is not read as one.
  if (mimeType === undefined && text.includes("\uFFFD")) return data;
  const filtered = filtering.text(text, where);
  return filtered === text ? data : Buffer.from(filtered).toString("base64");
}
