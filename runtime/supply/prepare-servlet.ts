import { exposeModules } from "../plugin/component/expose-state.ts";
import { limitModules } from "../plugin/component/rewrite-limits.ts";
import type { Transpiled } from "../sandbox/sandbox.ts";

const MIB = 1024 * 1024;
const PAGE_BYTES = 65_536;
/** What a request or an answer may hold on its way over a runner's channel. */
const KERNEL_BYTES_MAX = 16 * MIB;
/** Of the memory that a plugin may have, the part in which host and plugin hand things to each other. */
const KERNEL_PART = 4;
const MODULE_NAME = "plugin.wasm";

/**
 * Makes an Extism plugin ready to run. There is nothing to transpile: its memory and tables get their maximum, and its
 * state is laid open. What lies in Extism's kernel counts against the same limit: a quarter of it, at most 16 MiB.
 * It relies on `inspectServlet`. Throws `ComponentError`.
 */
export function prepareServlet(
  bytes: Uint8Array,
  limits: { readonly memoryBytes: number },
): Transpiled {
  const part = Math.min(KERNEL_BYTES_MAX, limits.memoryBytes / KERNEL_PART);
  const kernelBytes = Math.floor(part / PAGE_BYTES) * PAGE_BYTES;
  const memoryBytes = limits.memoryBytes - kernelBytes;
  const limited = limitModules([{ name: MODULE_NAME, bytes }], { memoryBytes });
  const { modules, refused } = exposeModules(limited);
  const code = { script: new Uint8Array(0), modules, kernelBytes };
  return refused === undefined ? { ...code, restorable: true } : { ...code, fresh: refused };
}
