/** Write a Glovebox plugin: `export const tools = [defineTool({ … })]` in `src/plugin.ts`. */
export type {
  AskAnswers,
  AskRequest,
  FormAnswer,
  RootsAnswer,
  SamplingAnswer,
  UrlAnswer,
} from "./capabilities/ask.ts";
export type { DirectoryEntry } from "./capabilities/files.ts";
export type { CallContext } from "./capabilities/context.ts";
export type { FileStat, Listing, LogLevel, WriteMode } from "./host/host.ts";
export type {
  Completer,
  Prompt,
  PromptAnswer,
  PromptMessage,
  PromptOptions,
  Resource,
  ResourceAnswer,
  ResourceOptions,
} from "./offer/define.ts";
export type {
  ContentBlock,
  ResourceContents,
  Tool,
  ToolAnnotations,
  ToolContext,
  ToolOptions,
  ToolResult,
} from "./tool/define.ts";
export type { ToolErrorBody, ToolErrorCode } from "./tool/error.ts";
export type { ToolDefinition } from "./tool/list.ts";
export { ask } from "./capabilities/ask.ts";
export { clock } from "./capabilities/clock.ts";
export { callContext as context } from "./capabilities/context.ts";
export { env } from "./capabilities/env.ts";
export { fetch } from "./globals/fetch.ts";
export { files } from "./capabilities/files.ts";
export { kv } from "./capabilities/kv.ts";
export { log } from "./capabilities/log.ts";
export { notify } from "./capabilities/notify.ts";
export { progress } from "./capabilities/progress.ts";
export { random } from "./capabilities/random.ts";
export { definePrompt, defineResource } from "./offer/define.ts";
export { CapabilityError } from "./host/host.ts";
export { defineTool } from "./tool/define.ts";
export { fromJsonSchema } from "./tool/from-json-schema.ts";
export { TOOL_ERROR_CODES, ToolError } from "./tool/error.ts";
