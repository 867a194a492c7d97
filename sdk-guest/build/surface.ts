import { SourceMap, type SourceMapPayload } from "node:module";
import { relative, resolve } from "node:path";
import { createContext, Script } from "node:vm";
import type { ToolDefinition } from "../tool/list.ts";
import { type Bundle, OUTPUT_FOLDER } from "./bundle.ts";
import { BuildError, type BuildPlace } from "./errors.ts";

const loadMsMax = 10_000;
const FILE = "plugin-bundle.js";
/** What V8 has and the guest's engines do not: found here with a line, and not later without one. */
const MISSING = ["Intl", "Temporal", "WebAssembly", "console"];

/**
 * Runs the bundle's module level in a bare context, as the engine does when the component is made, and lists the tools.
 * It is the author's own code on the author's machine; the context is for likeness, not for safety.
 */
export function listSurface(bundle: Bundle, folder: string): readonly ToolDefinition[] {
  const context = createContext({});
  try {
    new Script(MISSING.map((name) => `delete globalThis.${name};`).join("")).runInContext(context);
    new Script(bundle.script, { filename: FILE }).runInContext(context, { timeout: loadMsMax });
    const text = new Script("plugin.tools.listTools()").runInContext(context, {
      timeout: loadMsMax,
    }) as unknown;
    return JSON.parse(String(text)) as ToolDefinition[];
  } catch (cause) {
    const message = (cause as { readonly message?: unknown }).message ?? cause;
    throw new BuildError("ERR_BUILD_LOAD", `The plugin's modules do not load: ${String(message)}`, {
      place: findPlace(cause, bundle, folder),
      cause,
    });
  }
}

/** The first frame of the stack that lies in the plugin's own sources. */
function findPlace(cause: unknown, bundle: Bundle, folder: string): BuildPlace | undefined {
  const stack = (cause as { readonly stack?: string }).stack ?? "";
  const map = new SourceMap(JSON.parse(bundle.scriptMap) as SourceMapPayload);
  for (const [, line, column] of stack.matchAll(/plugin-bundle\.js:(\d+):(\d+)/g)) {
    const origin = map.findOrigin(Number(line), Number(column));
    if (!("fileName" in origin) || !origin.fileName) continue;
    const file = relative(folder, resolve(folder, OUTPUT_FOLDER, origin.fileName));
    if (!file.startsWith("..") && !file.includes("node_modules")) {
      return { file, line: origin.lineNumber, column: origin.columnNumber };
    }
  }
  return undefined;
}
