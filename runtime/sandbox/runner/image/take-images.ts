import type { CallStates } from "@glovebox/host-api/call-states";
import type { NewInstance } from "../instances.ts";
import { takeGlueImages } from "./glue-image.ts";
import { restoreGlobal } from "./global-image.ts";
import { MemoryImage } from "./memory-image.ts";
import { NoImage, type StateImage } from "./state-image.ts";
import type { TouchedMemories } from "./touched-memories.ts";
import { TOUCHED } from "../../touched.ts";

/**
 * Images of everything that a call can change in an instance which no call has touched yet: its memories and mutable
 * globals, what the binding code keeps, what the imports remember. What is not here was ruled out before: tables and
 * segments by `exposeModules`, closures by `exposeGlue`. In the order in which they are to be restored.
 * Throws `NoImage`.
 */
export function takeImages({ core, hook, states, touched }: NewInstance): readonly StateImage[] {
  if (hook === undefined) throw new NoImage("binding code without a hook");
  if (!states.canForget) throw new NoImage("objects of the host that were made before any call");
  const { memories, globals } = findState(core);
  return [
    ...takeCoreImages(core, touched),
    ...takeGlueImages(hook, memories, globals),
    takeImportsImage(states),
  ];
}

/** What the imports remember. */
export function takeImportsImage(states: CallStates): StateImage {
  return {
    part: "imports",
    restore() {
      states.forget();
      return true;
    },
  };
}

function findState(core: readonly WebAssembly.Instance[]) {
  const state = core.flatMap(({ exports }) =>
    Object.entries(exports).flatMap(([name, item]) => (name === TOUCHED.name ? [] : [item])),
  );
  return {
    memories: [...new Set(state.filter((item) => item instanceof WebAssembly.Memory))],
    globals: new Set(state.filter((item) => item instanceof WebAssembly.Global)),
  };
}

/**
 * The memories and mutable globals of core modules whose state `exposeModules` has laid open. Without `touched` it is not
 * known what a call wrote to. Throws `NoImage`.
 */
export function takeCoreImages(
  core: readonly WebAssembly.Instance[],
  touched?: TouchedMemories,
): readonly StateImage[] {
  const { memories, globals } = findState(core);
  const memoryImages = memories.map((memory) => new MemoryImage(memory, touched?.pagesOf(memory)));
  const restoreGlobals = [...globals].map(restoreGlobal);
  return [
    { part: "memories", restore: () => memoryImages.every((image) => image.restore()) },
    {
      part: "globals",
      restore() {
        for (const restore of restoreGlobals) restore();
        return true;
      },
    },
  ];
}
