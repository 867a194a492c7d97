import { runInNewContext } from "node:vm";

/** Of the web's standard names, those that the host API's guest side and jco's generated code use. */
const KEPT = new Set([
  "TextDecoder",
  "TextEncoder",
  "URL",
  "URLSearchParams",
  "crypto",
  "performance",
]);

function silent(): void {}

/**
 * Takes from the global object what generated code has no business with: `process`, `fetch`, `Buffer`, timers, …
 * This is a seat belt, for honest code that goes wrong. The boundary is the operating system's seal around this process.
 */
export function lockGlobals(): void {
  const language = new Set(runInNewContext("Object.getOwnPropertyNames(globalThis)") as string[]);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!language.has(name) && !KEPT.has(name)) Reflect.deleteProperty(globalThis, name);
  }
  const console = Object.freeze({
    debug: silent,
    error: silent,
    info: silent,
    log: silent,
    warn: silent,
  });
  Object.defineProperty(globalThis, "console", {
    value: console,
    writable: false,
    configurable: false,
  });
}
