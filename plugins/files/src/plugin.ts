import { defineTool, files, ToolError } from "@glovebox/sdk";
import { z } from "zod";
import {
  decodeBase64,
  encodeBase64,
  isBinary,
  isRefusal,
  sliceText,
  writeWithParents,
} from "./contents.ts";
import { matchesGlob } from "./glob.ts";
import { walk } from "./walk.ts";

const reads = { readOnlyHint: true, openWorldHint: false };
const path = z.string().min(1).max(1024).describe("Beneath the folder: notes/today.txt");
const folder = z
  .string()
  .min(1)
  .max(1024)
  .default(".")
  .describe("Beneath the folder; . is all of it");
const glob = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe("*.md, or docs/**/*.md. Without / it is matched against the name alone");

const entriesMax = 1000;
const readBytesMax = 128 * 1024;
const writeBytesMax = 768 * 1024;
const searchedFilesMax = 2000;
const searchedBytesMax = 1024 * 1024;
const lineCharactersMax = 300;

const list = defineTool({
  name: "list",
  title: "List files",
  description: `Lists files and directories, at most ${entriesMax}. \`cut\` says that there are more.`,
  input: z.object({
    path: folder,
    glob,
    recursive: z.boolean().default(false).describe("Directories within directories too"),
  }),
  output: z.object({
    entries: z.array(z.object({ path: z.string(), kind: z.enum(["file", "directory", "other"]) })),
    cut: z.boolean(),
  }),
  annotations: reads,
  async handler(input) {
    const entries: { path: string; kind: "file" | "directory" | "other" }[] = [];
    const { cut } = await walk(input.path, {
      recursive: input.recursive,
      visit: async (found) => {
        if (input.glob !== undefined && !matchesGlob(found.path, input.glob)) return true;
        if (entries.length === entriesMax) return false;
        entries.push(found);
        return true;
      },
    });
    return { entries, cut };
  },
});

const read = defineTool({
  name: "read",
  title: "Read a file",
  description: `Reads a file, at most ${readBytesMax / 1024} KiB at once. Says where to go on when there is more.`,
  input: z.object({
    path,
    encoding: z
      .enum(["text", "base64"])
      .default("text")
      .describe("base64 for what is not UTF-8 text"),
    offset: z.int().min(0).default(0).describe("Byte to begin at"),
    length: z.int().min(1).max(readBytesMax).default(readBytesMax).describe("Bytes to read"),
  }),
  annotations: reads,
  async handler(input) {
    const bytes = await files.readBytes(input.path);
    if (input.encoding === "text" && isBinary(bytes)) {
      throw new ToolError({
        error_code: "INVALID_INPUT",
        message: `${input.path} is no UTF-8 text`,
        suggestion: 'Read it with encoding "base64".',
      });
    }
    const part =
      input.encoding === "text"
        ? sliceText(bytes, input.offset, input.length)
        : base64Part(bytes, input.offset, input.length);
    if (part.end >= bytes.length) return part.text;
    const more = `${bytes.length} bytes in all; go on with offset ${part.end}.`;
    return {
      content: [
        { type: "text", text: part.text },
        { type: "text", text: more },
      ],
    };
  },
});

function base64Part(
  bytes: Uint8Array,
  offset: number,
  length: number,
): { text: string; end: number } {
  const end = Math.min(bytes.length, offset + length);
  return { text: encodeBase64(bytes.subarray(offset, end)), end };
}

const write = defineTool({
  name: "write",
  title: "Write a file",
  description: "Writes text or base64 to a file, and makes directories that are missing.",
  input: z.object({
    path,
    text: z.string().max(writeBytesMax).optional(),
    base64: z.string().max(writeBytesMax).optional().describe("Instead of text"),
    mode: z
      .enum(["create", "replace", "append"])
      .default("replace")
      .describe("create refuses a file that exists"),
  }),
  output: z.object({ path: z.string(), bytes: z.int().describe("Size of the file now") }),
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
  async handler(input) {
    if ((input.text === undefined) === (input.base64 === undefined)) {
      throw new ToolError({
        error_code: "INVALID_INPUT",
        message: "Give either `text` or `base64`",
      });
    }
    const contents = input.base64 === undefined ? input.text! : decodeBase64(input.base64);
    await writeWithParents(input.path, contents, input.mode);
    const { sizeBytes } = await files.stat(input.path);
    return { path: input.path, bytes: sizeBytes };
  },
});

const match = z.object({ path: z.string(), line: z.int(), text: z.string() });

const search = defineTool({
  name: "search",
  title: "Search in files",
  description: `Finds lines that contain a text, in text files of at most 1 MiB. Looks into ${searchedFilesMax} files at most; \`cut\` says that there was more.`,
  input: z.object({
    query: z.string().min(1).max(500).describe("Plain text, no pattern"),
    path: folder,
    glob,
    case_sensitive: z.boolean().default(false),
    limit: z.int().min(1).max(500).default(100),
  }),
  output: z.object({ matches: z.array(match), cut: z.boolean() }),
  annotations: reads,
  async handler(input) {
    const fold = (text: string): string => (input.case_sensitive ? text : text.toLowerCase());
    const query = fold(input.query);
    const matches: z.infer<typeof match>[] = [];
    let searched = 0;
    const { cut } = await walk(input.path, {
      recursive: true,
      visit: async (found) => {
        if (found.kind !== "file") return true;
        if (input.glob !== undefined && !matchesGlob(found.path, input.glob)) return true;
        if (++searched > searchedFilesMax) return false;
        const text = await readSearchable(found.path);
        if (!fold(text).includes(query)) return true;
        for (const [index, line] of text.split("\n").entries()) {
          if (!fold(line).includes(query)) continue;
          if (matches.length === input.limit) return false;
          matches.push({ path: found.path, line: index + 1, text: cutLine(line) });
        }
        return true;
      },
    });
    return { matches, cut };
  },
});

/** The text of a file, and nothing of one that is too large, no text, or gone since it was listed. */
async function readSearchable(file: string): Promise<string> {
  try {
    if ((await files.stat(file)).sizeBytes > searchedBytesMax) return "";
    const bytes = await files.readBytes(file);
    return isBinary(bytes) ? "" : new TextDecoder().decode(bytes);
  } catch (error) {
    if (isRefusal(error, "not-found")) return "";
    throw error;
  }
}

function cutLine(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.length > lineCharactersMax
    ? `${text.slice(0, lineCharactersMax).toWellFormed()}…`
    : text;
}

const remove = defineTool({
  name: "delete",
  title: "Delete a file",
  description: "Deletes one file, or one directory that is empty.",
  input: z.object({ path }),
  output: z.object({ deleted: z.string() }),
  annotations: {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
  async handler(input) {
    const { kind } = await files.stat(input.path);
    if (kind === "directory") await files.removeDirectory(input.path);
    else await files.remove(input.path);
    return { deleted: input.path };
  },
});

export const tools = [list, read, write, search, remove];
