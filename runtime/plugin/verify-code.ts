import type { ComponentInspection } from "./component/inspect.ts";
import { verifyComponent, type ComponentRules } from "./component/verify-component.ts";
import { verifyServlet } from "./extism/verify-servlet.ts";
import type { Manifest } from "./formats.ts";

/**
 * Reads the code of a plugin of any shape and holds it against what the host serves and what its own manifest requests.
 * Answers what a component says of itself; a servlet has to be asked. Throws `ComponentError`, `ExtismError` or `Refusals`.
 */
export function verifyCode(
  bytes: Uint8Array,
  manifest: Pick<Manifest, "capabilities" | "shape">,
  rules: ComponentRules,
): ComponentInspection | undefined {
  if (manifest.shape !== "extism") return verifyComponent(bytes, manifest, rules);
  verifyServlet(bytes, manifest);
  return undefined;
}
