import type { JsonObject } from "@glovebox/host-api/json";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { CallContext } from "../capabilities/context.ts";
import type { log } from "../capabilities/log.ts";
import type { progress } from "../capabilities/progress.ts";

export interface ToolAnnotations {
  readonly title?: string;
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** One MCP content block. `data` and `blob` are base64. */
export type ContentBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image" | "audio"; readonly data: string; readonly mimeType: string }
  | { readonly type: "resource"; readonly resource: ResourceContents }
  | {
      readonly type: "resource_link";
      readonly uri: string;
      readonly name: string;
      readonly title?: string;
      readonly description?: string;
      readonly mimeType?: string;
      readonly size?: number;
    };

/** The contents of a resource. Where `uri` is left out, it is the one that was asked for. */
export type ResourceContents =
  | { readonly uri: string; readonly mimeType?: string; readonly text: string }
  | { readonly uri: string; readonly mimeType?: string; readonly blob: string };

/** A whole MCP result, for handlers that want to say both parts themselves. */
export interface ToolResult {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: unknown;
}

/** What a handler gets beside its input. Everything else is imported from `@glovebox/sdk`. */
export interface ToolContext {
  readonly call: CallContext;
  readonly log: typeof log;
  readonly progress: typeof progress;
}

/**
 * A tool, as `defineTool` takes it.
 * `input` and `output` are any Standard Schema (zod 4, valibot, arktype, …) of an object.
 * The handler answers a string, any JSON value, or a `ToolResult`; it throws `ToolError` for failures to be read.
 */
export interface ToolOptions<
  Input extends StandardSchemaV1 = StandardSchemaV1,
  Output extends StandardSchemaV1 = StandardSchemaV1,
> {
  /** A lower-case letter, then lower-case letters, digits and `_`, at most 48. */
  readonly name: string;
  readonly title?: string;
  /** What the model reads: what the tool does, what it answers, and its limits. */
  readonly description: string;
  readonly input: Input;
  readonly output?: Output;
  /** JSON Schema for schema libraries that cannot make it themselves. */
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: ToolAnnotations;
  handler(input: StandardSchemaV1.InferOutput<Input>, ctx: ToolContext): unknown;
}

/** A defined tool, with its types forgotten: what `export const tools = [...]` holds. */
export type Tool = Omit<ToolOptions, "handler"> & {
  // Input was checked against `input` before it gets here.
  handler(input: never, ctx: ToolContext): unknown;
};

const KEYS = new Set([
  "name",
  "title",
  "description",
  "input",
  "output",
  "inputSchema",
  "outputSchema",
  "annotations",
  "handler",
]);

/** Defines one tool. Throws `TypeError` at once where the definition could not be served. */
export function defineTool<Input extends StandardSchemaV1, Output extends StandardSchemaV1>(
  options: ToolOptions<Input, Output>,
): Tool {
  const where = `defineTool(${JSON.stringify(options.name)})`;
  if (typeof options.name !== "string" || !/^[a-z][a-z0-9_]{0,47}$/.test(options.name)) {
    throw new TypeError(
      `${where}: a name is a lower-case letter, then lower-case letters, digits and _, at most 48`,
    );
  }
  for (const key of Object.keys(options)) {
    if (!KEYS.has(key)) throw new TypeError(`${where}: unknown key "${key}"`);
  }
  if (typeof options.description !== "string" || options.description.trim() === "") {
    throw new TypeError(`${where}: it needs a description: the model chooses by it`);
  }
  for (const side of ["input", "output"] as const) {
    const schema = options[side];
    if (schema === undefined && side === "output") continue;
    if (typeof schema?.["~standard"]?.validate !== "function") {
      throw new TypeError(
        `${where}: \`${side}\` must be a Standard Schema, for example z.object({ … })`,
      );
    }
  }
  if (typeof options.handler !== "function") throw new TypeError(`${where}: it needs a handler`);
  return Object.freeze({ ...options });
}
