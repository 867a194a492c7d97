import { ToolError } from "@glovebox/sdk";

/** The value at a JSON Pointer (RFC 6901). Throws `INVALID_INPUT` for what is no pointer, `NOT_FOUND` for what is not there. */
export function findByPointer(value: unknown, pointer: string): unknown {
  if (pointer === "") return value;
  if (!pointer.startsWith("/") || /~(?![01])/.test(pointer)) {
    throw new ToolError({ error_code: "INVALID_INPUT", message: "`pointer` is no JSON Pointer" });
  }
  let found = value;
  for (const token of pointer.slice(1).split("/")) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    const isIndex = !Array.isArray(found) || /^(?:0|[1-9]\d*)$/.test(key);
    if (typeof found !== "object" || found === null || !isIndex || !Object.hasOwn(found, key)) {
      throw new ToolError({ error_code: "NOT_FOUND", message: `There is nothing at ${pointer}` });
    }
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}
