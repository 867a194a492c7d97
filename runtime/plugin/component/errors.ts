import { EXIT, GloveboxError } from "../../errors.ts";
import type { ErrorDetail, ErrorTable } from "../../errors.ts";

export const COMPONENT_ERRORS = {
  ERR_COMPONENT_NOT_COMPONENT: {
    fault: "user",
    exit: EXIT.refused,
    summary: "The file is not a WebAssembly component.",
    remedy: "Build a component (`glovebox build`); a core module or WAT text is not one.",
  },
  ERR_COMPONENT_MALFORMED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component's bytes do not follow the binary format.",
    remedy: "Fetch or build the component again; the file is damaged or made by hand.",
  },
  ERR_COMPONENT_TOO_LARGE: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component is larger, deeper or more numerous in parts than any real plugin.",
    remedy: "Ask the author for a smaller component.",
  },
  ERR_COMPONENT_NAME: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "A name inside the component could break out of the code that is generated from it.",
    remedy: "Do not use this component: no ordinary toolchain writes such names.",
  },
  ERR_COMPONENT_FEATURE: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component uses a WebAssembly feature that Glovebox keeps out.",
    remedy: "Build it without threads, memory64, GC, exceptions and component values.",
  },
  ERR_COMPONENT_ASYNC: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component needs WASI 0.3 (async functions, streams or futures).",
    remedy: "Build it for WASI 0.2.",
  },
  ERR_COMPONENT_MEMORY: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component needs more memory or larger tables than the limit.",
    remedy: "Raise `limits.memory` for this plugin, or use a smaller component.",
  },
  ERR_COMPONENT_IMPORT: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component imports something that Glovebox does not serve.",
    remedy: "Build it against wasi 0.2 and glovebox:plugin 0.1 only.",
  },
  ERR_COMPONENT_CAPABILITY: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The component imports a capability that its manifest does not request.",
    remedy: "Request it in `plugin.json` with a reason, or drop the import.",
  },
  ERR_COMPONENT_TYPE: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "A function or type of the component differs from the published interface.",
    remedy: "Build it against the published WIT, unchanged.",
  },
  ERR_COMPONENT_SHAPE: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "The component is not of the shape that its manifest says: `glovebox:plugin/tools@0.1`, exported or not.",
    remedy:
      "Export the tools interface (`glovebox new` shows how), or write `shape: wit` in plugin.json.",
  },
  ERR_COMPONENT_TOOLS: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "The exported functions of the component cannot be made into tools.",
    remedy:
      "Ask the author for a component whose functions have names of their own and no resources in their types.",
  },
} as const satisfies ErrorTable;

export type ComponentErrorCode = keyof typeof COMPONENT_ERRORS;

/** A component that is refused before any of its code was generated or run. */
export class ComponentError extends GloveboxError<ComponentErrorCode> {
  constructor(code: ComponentErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, COMPONENT_ERRORS[code], message, detail);
  }
}
