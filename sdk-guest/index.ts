/** Write a Glovebox plugin: `export const tools = [defineTool({ … })]` in `src/plugin.ts`. */
export type { DirectoryEntry } from "./capabilities/files.ts";
export type { CallContext } from "./capabilities/context.ts";
export type { FileStat, LogLevel, WriteMode } from "./host/host.ts";
export type {
  ContentBlock,
  Tool,
  ToolAnnotations,
  ToolContext,
  ToolOptions,
  ToolResult,
} from "./tool/define.ts";
export type { ToolErrorBody, ToolErrorCode } from "./tool/error.ts";
export type { ToolDefinition } from "./tool/list.ts";
export { clock } from "./capabilities/clock.ts";
export { callContext as context } from "./capabilities/context.ts";
export { env } from "./capabilities/env.ts";
export { fetch } from "./globals/fetch.ts";
export { files } from "./capabilities/files.ts";
export { kv } from "./capabilities/kv.ts";
export { log } from "./capabilities/log.ts";
export { progress } from "./capabilities/progress.ts";
export { random } from "./capabilities/random.ts";
export { CapabilityError } from "./host/host.ts";
export { defineTool } from "./tool/define.ts";
export { fromJsonSchema } from "./tool/from-json-schema.ts";
export { TOOL_ERROR_CODES, ToolError } from "./tool/error.ts";
