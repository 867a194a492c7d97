import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../../errors.ts";

export const EXTISM_ERRORS = {
  ERR_EXTISM_IMPORT: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "The Extism plugin imports what Glovebox does not serve, or with other types than Extism's.",
    remedy:
      "Ask the author for one that imports functions of `extism:host/env`, `extism:host/user` and `wasi_snapshot_preview1` only.",
  },
  ERR_EXTISM_EXPORT: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "The module is no servlet: it exports neither `describe` and `call` nor `list_tools` and `call_tool`.",
    remedy: "Use a plugin that was made for hyper-mcp or mcp.run.",
  },
} as const satisfies ErrorTable;

export type ExtismErrorCode = keyof typeof EXTISM_ERRORS;

/** An Extism plugin that is refused. */
export class ExtismError extends GloveboxError<ExtismErrorCode> {
  constructor(code: ExtismErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, EXTISM_ERRORS[code], message, detail);
  }
}
