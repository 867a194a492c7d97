import type { CapabilityName } from "@glovebox/host-api/capability";
import type { Manifest } from "../formats.ts";
import { collectProblems } from "../problems.ts";
import { decideImports } from "./imports.ts";
import { inspectComponent } from "./inspect.ts";

/** What a component may import, as the host serves it. */
export interface ComponentRules {
  readonly known: ReadonlySet<string>;
  readonly capabilityOf: (name: string) => CapabilityName | undefined;
}

/**
 * Ring 1: the component holds nothing that could harm the generator or the engine, imports only what is served, with the
 * published types, and only what its manifest admits to. Throws `ComponentError`, or `Refusals` of several.
 */
export function verifyComponent(component: Uint8Array, manifest: Manifest, rules: ComponentRules): void {
  const inspection = inspectComponent(component);
  const requested = new Set(Object.keys(manifest.capabilities) as CapabilityName[]);
  collectProblems((problems) => {
    for (const problem of decideImports(inspection, { ...rules, requested })) problems.add(problem);
  });
}
