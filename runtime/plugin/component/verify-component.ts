import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { Refusals } from "../../errors.ts";
import type { Manifest } from "../formats.ts";
import { decideImports } from "./imports.ts";
import type { ImportRules } from "./imports.ts";
import { inspectComponent } from "./inspect.ts";
import type { ComponentInspection } from "./inspect.ts";

/** What the host serves: the same for every plugin. */
export type ComponentRules = Omit<ImportRules, "requested" | "shape">;

/**
 * Reads a component and holds it against what the host serves and what its own manifest requests.
 * Throws `ComponentError`, or `Refusals` with all of them when there are several.
 */
export function verifyComponent(
  component: Uint8Array,
  manifest: Pick<Manifest, "capabilities" | "shape">,
  rules: ComponentRules,
): ComponentInspection {
  const inspection = inspectComponent(component);
  const requested = new Set(
    CAPABILITY_NAMES.filter((name) => Object.hasOwn(manifest.capabilities, name)),
  );
  const problems = decideImports(inspection, { ...rules, requested, shape: manifest.shape });
  const [first, ...others] = problems;
  if (first === undefined) return inspection;
  throw others.length === 0 ? first : new Refusals(problems);
}
