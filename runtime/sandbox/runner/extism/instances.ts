import type { StateImage } from "../image/state-image.ts";
import { takeCoreImages, takeImportsImage } from "../image/take-images.ts";
import type { LoadedPlugin } from "../serve.ts";
import type { ExtismInstance } from "./plugin.ts";

export type MakeInstance = () => Promise<ExtismInstance>;

/** As `makeFreshInstances`: a new instance for every call, one of them made ahead. */
export async function makeFreshServlets(make: MakeInstance): Promise<LoadedPlugin> {
  let ahead: ExtismInstance | undefined = await make();
  return {
    async take() {
      const { run } = ahead ?? (await make());
      ahead = undefined;
      return run;
    },
    async done() {
      ahead = await make().catch(() => undefined);
    },
  };
}

/**
 * As `makeResetInstances`: one instance, restored after every call. What Extism keeps of a call it drops when the next
 * begins, but for the block at address 0: see `restoreBlocks`. Throws `NoImage`.
 */
export async function makeResetServlets(make: MakeInstance): Promise<LoadedPlugin> {
  const hold = async () => {
    const made = await make();
    const images: readonly StateImage[] = [
      ...takeCoreImages([made.instance]),
      { part: "imports", restore: () => made.restoreBlocks() },
      takeImportsImage(made.states),
    ];
    return { run: made.run, images };
  };
  let held: Awaited<ReturnType<typeof hold>> | undefined = await hold();
  return {
    async take() {
      held ??= await hold();
      return held.run;
    },
    async done({ trapped }) {
      if (!trapped && held?.images.every((image) => image.restore()) === true) return;
      held = undefined;
      // As with components: a start may depend on the time, and the next call tries again and reports it.
      held = await hold().catch(() => undefined);
    },
  };
}
