import { exposeModules } from "../plugin/component/expose-state.ts";
import { limitModules } from "../plugin/component/rewrite-limits.ts";
import { trackWrites } from "../plugin/component/track-writes.ts";
import type { Transpiled } from "../sandbox/sandbox.ts";
import { TOUCHED } from "../sandbox/touched.ts";

/**
 * Makes what the transpiler gave ready to run: each memory and table gets its maximum, and the state of the modules is laid
 * open, so that an instance can be restored after a call, and where they say what a call touched, that is all that needs
 * restoring. Where something cannot be restored, `fresh` says what.
 * Throws `ComponentError`.
 */
export function prepareCode(
  transpiled: Transpiled,
  limits: { readonly memoryBytes: number },
): Transpiled {
  const { modules, refused } = exposeModules(limitModules(transpiled.modules, limits));
  const fresh = transpiled.fresh ?? refused;
  const { script } = transpiled;
  if (fresh !== undefined) return { script, modules, fresh };
  return { script, modules: trackWrites(modules, TOUCHED) ?? modules, restorable: true };
}
