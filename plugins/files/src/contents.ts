import { CapabilityError, files, ToolError, type WriteMode } from "@glovebox/sdk";

const checkedBytes = 8192;

/** Whether bytes are no text: they have a NUL near their beginning, or are not UTF-8. */
export function isBinary(bytes: Uint8Array): boolean {
  if (bytes.subarray(0, checkedBytes).includes(0)) return true;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return false;
  } catch {
    return true;
  }
}

/** A part of a text file, cut at whole characters. `end` is where the next part begins. */
export function sliceText(
  bytes: Uint8Array,
  start: number,
  length: number,
): { readonly text: string; readonly end: number } {
  const from = nextCharacter(bytes, start);
  const end = nextCharacter(bytes, Math.min(bytes.length, start + length));
  return {
    text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(from, end)),
    end,
  };
}

/** Continuation bytes of UTF-8 are 10xxxxxx. */
function nextCharacter(bytes: Uint8Array, at: number): number {
  let place = Math.min(at, bytes.length);
  while (place < bytes.length && (bytes[place]! & 0xc0) === 0x80) place++;
  return place;
}

/** Bytes of base64 text. Throws `INVALID_INPUT`. */
export function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new ToolError(
      { error_code: "INVALID_INPUT", message: "`base64` is not base64" },
      { cause },
    );
  }
}

export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += checkedBytes) {
    binary += String.fromCharCode(...bytes.subarray(start, start + checkedBytes));
  }
  return btoa(binary);
}

/** Writes a file. Missing folders are made only after the host has accepted the path. */
export async function writeWithParents(
  path: string,
  contents: string | Uint8Array,
  mode: WriteMode,
): Promise<void> {
  try {
    await files.write(path, contents, mode);
  } catch (error) {
    if (!isRefusal(error, "not-found")) throw error;
    await makeParents(path);
    await files.write(path, contents, mode);
  }
}

async function makeParents(path: string): Promise<void> {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  for (let count = 1; count < names.length; count++) {
    try {
      await files.makeDirectory(names.slice(0, count).join("/"));
    } catch (error) {
      if (!isRefusal(error, "already-exists")) throw error;
    }
  }
}

export function isRefusal(error: unknown, tag: string): boolean {
  return error instanceof CapabilityError && error.tag === tag;
}
