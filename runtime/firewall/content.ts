import { isJsonObject, type JsonObject, type JsonValue } from "@glovebox/host-api/json";

/** One block of content as MCP has it, after its shape was checked. Every text in it is a stranger's. */
export type ContentBlock = (TextBlock | MediaBlock | ResourceBlock | LinkBlock) & BlockMeta;

export interface TextBlock {
  readonly type: "text";
  readonly text: string;
}

/** `data` is base64. */
export interface MediaBlock {
  readonly type: "image" | "audio";
  readonly data: string;
  readonly mimeType: string;
}

/** A resource with its contents. */
export interface ResourceBlock {
  readonly type: "resource";
  readonly resource: ResourceContents;
}

/** A resource by its address alone. */
export interface LinkBlock {
  readonly type: "resource_link";
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  readonly size?: number;
}

export type ResourceContents =
  | { readonly uri: string; readonly mimeType?: string; readonly text: string }
  | { readonly uri: string; readonly mimeType?: string; readonly blob: string };

interface BlockMeta {
  readonly annotations?: BlockAnnotations;
  /** Whose words it is, in a prompt: there each message is one block. */
  readonly role?: "user" | "assistant";
}

export interface BlockAnnotations {
  readonly audience?: readonly ("user" | "assistant")[];
  readonly priority?: number;
  readonly lastModified?: string;
}

const BLOCKS_MAX = 256;
const LABEL_CHARS_MAX = 1000;
const URI_CHARS_MAX = 2048;
const MIME_TYPE =
  /^[a-z0-9][a-z0-9.+-]{0,62}\/[a-z0-9][a-z0-9.+-]{0,99}(; ?charset=[a-z0-9-]{1,40})?$/i;
const MIME_SUBTYPE = /^[a-z0-9][a-z0-9.+-]{0,99}$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const DATE = /^\d{4}-\d\d-\d\d(T[\d:.]{5,15}(Z|[+-]\d\d:\d\d))?$/;
const URI = /^([a-z][a-z0-9+.-]{0,39}):[!-~]+$/i;
/** Ours, and those that make a client open a file of its machine's, or run something. */
const RESERVED_SCHEMES: ReadonlySet<string> = new Set([
  "glovebox",
  "file",
  "javascript",
  "vbscript",
  "data",
  "blob",
  "about",
]);

/** An address that a plugin may give: absolute, ASCII, of no scheme that is reserved. */
export function isForeignUri(value: JsonValue | undefined): value is string {
  if (typeof value !== "string" || value.length > URI_CHARS_MAX) return false;
  const scheme = URI.exec(value)?.[1]?.toLowerCase();
  return scheme !== undefined && !RESERVED_SCHEMES.has(scheme);
}

/** Reads the blocks of a tool's answer. Undefined when one of them is none. Unknown members are dropped, not passed on. */
export function parseContent(value: JsonValue | undefined): ContentBlock[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > BLOCKS_MAX) return undefined;
  const blocks = (value as readonly JsonValue[]).map(parseBlock);
  return blocks.every((block) => block !== undefined) ? blocks : undefined;
}

export function parseBlock(item: JsonValue | undefined): ContentBlock | undefined {
  if (!isJsonObject(item)) return undefined;
  const block = parseKind(item);
  if (block === undefined || item["annotations"] === undefined) return block;
  const annotations = parseAnnotations(item["annotations"]);
  return annotations && { ...block, annotations };
}

function parseKind(item: JsonObject): ContentBlock | undefined {
  const { type, text, data, mimeType } = item;
  if (type === "text") return typeof text === "string" ? { type, text } : undefined;
  if (type === "resource_link") return parseLink(item);
  if (type === "resource") {
    const resource = parseContents(item["resource"], undefined);
    return resource && { type, resource };
  }
  if (type !== "image" && type !== "audio") return undefined;
  return isBase64(data) && isMediaType(mimeType, type) ? { type, data, mimeType } : undefined;
}

/**
 * Reads the contents of one resource. With `asked`, the address that a client asked for, they are of that address or one
 * below it, and say it where the plugin does not: nobody answers in another's name.
 */
export function parseContents(
  value: JsonValue | undefined,
  asked: string | undefined,
): ResourceContents | undefined {
  if (!isJsonObject(value)) return undefined;
  const { uri = asked, mimeType, text, blob } = value;
  if (!isForeignUri(uri) || !isMimeType(mimeType)) return undefined;
  if (asked !== undefined && uri !== asked && !uri.startsWith(`${asked}/`)) return undefined;
  const head = { uri, ...(mimeType === undefined ? {} : { mimeType }) };
  if (typeof text === "string" && blob === undefined) return { ...head, text };
  return isBase64(blob) && text === undefined ? { ...head, blob } : undefined;
}

function parseLink(item: JsonObject): LinkBlock | undefined {
  const { uri, name, title, description, mimeType, size } = item;
  const isGood =
    isForeignUri(uri) &&
    isLabel(name) &&
    (title === undefined || isLabel(title)) &&
    (description === undefined || isLabel(description)) &&
    isMimeType(mimeType) &&
    (size === undefined || (Number.isSafeInteger(size) && Number(size) >= 0));
  if (!isGood) return undefined;
  return {
    type: "resource_link",
    uri,
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(mimeType === undefined ? {} : { mimeType }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}

function parseAnnotations(value: JsonValue): BlockAnnotations | undefined {
  if (!isJsonObject(value)) return undefined;
  const { audience, priority, lastModified } = value;
  const isGood =
    (audience === undefined || isAudience(audience)) &&
    (priority === undefined || (typeof priority === "number" && priority >= 0 && priority <= 1)) &&
    (lastModified === undefined || (typeof lastModified === "string" && DATE.test(lastModified)));
  if (!isGood) return undefined;
  return {
    ...(audience === undefined ? {} : { audience }),
    ...(priority === undefined ? {} : { priority }),
    ...(lastModified === undefined ? {} : { lastModified }),
  };
}

function isAudience(value: JsonValue): value is readonly ("user" | "assistant")[] {
  return (
    Array.isArray(value) &&
    value.length <= 2 &&
    value.every((role) => role === "user" || role === "assistant")
  );
}

function isLabel(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value !== "" && value.length <= LABEL_CHARS_MAX;
}

function isMimeType(value: JsonValue | undefined): value is string | undefined {
  return value === undefined || (typeof value === "string" && MIME_TYPE.test(value));
}

export function isBase64(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value.length % 4 === 0 && BASE64.test(value);
}

/** An `image` that says it is `text/html` is not one. */
function isMediaType(value: JsonValue | undefined, type: "image" | "audio"): value is string {
  return (
    typeof value === "string" &&
    value.startsWith(`${type}/`) &&
    MIME_SUBTYPE.test(value.slice(type.length + 1))
  );
}
