// Core modules that tell what they write to, as the runner holds them, and the one question about them: is everything that a
// call wrote to taken back, though only what was told is restored?
import { exposeModules } from "../../runtime/plugin/component/expose-state.ts";
import { limitModules } from "../../runtime/plugin/component/rewrite-limits.ts";
import { trackWrites } from "../../runtime/plugin/component/track-writes.ts";
import { MemoryImage } from "../../runtime/sandbox/runner/image/memory-image.ts";
import { TouchedMemories } from "../../runtime/sandbox/runner/image/touched-memories.ts";
import { TOUCHED } from "../../runtime/sandbox/touched.ts";
import { fromWat } from "./component-samples.ts";
import { makeRandom } from "./random.ts";

export type Run = (...args: readonly (number | bigint)[]) => unknown;

export interface TrackedModule {
  readonly exports: Readonly<Record<string, Run>>;
  readonly memory: WebAssembly.Memory;
  readonly touched: TouchedMemories;
  /** Bytes of the memory as they are now. */
  content(): Buffer;
  /** How many pages were told since the memory was last as in the beginning. */
  told(): number;
  /** Restores what was told, and answers the offset of the first byte that is not as in the beginning. */
  firstLeft(): number | undefined;
}

/** `limitModules` and `exposeModules` before it, as when a plugin is prepared. Undefined where that cannot be done. */
export async function track(
  ...texts: readonly string[]
): Promise<readonly Uint8Array[] | undefined> {
  const modules = await Promise.all(
    texts.map(async (text, index) => ({
      name: `m${index}`,
      bytes: await fromWat(`(module ${text})`),
    })),
  );
  const limited = limitModules(modules, { memoryBytes: 16 * 1024 * 1024 });
  return trackWrites(exposeModules(limited).modules, TOUCHED)?.map(({ bytes }) => bytes);
}

/** Instances of the modules, each of which imports what the first exports as `first`. The memory is the first one's, and full of noise. */
export async function openTracked(...texts: readonly string[]): Promise<TrackedModule> {
  const tracked = await track(...texts);
  if (tracked === undefined) throw new Error("the modules cannot be tracked");
  const touched = new TouchedMemories();
  let exports: Record<string, unknown> = {};
  let first: Record<string, unknown> | undefined;
  for (const bytes of tracked) {
    const imports = { first: first ?? {} };
    const instance = new WebAssembly.Instance(
      new WebAssembly.Module(bytes),
      touched.completeImports(imports),
    );
    touched.add(instance);
    first ??= instance.exports;
    exports = { ...exports, ...instance.exports };
  }
  const memory = first?.["memory"] as WebAssembly.Memory;
  fillWithNoise(memory);
  const pages = touched.pagesOf(memory);
  if (pages === undefined) throw new Error("nobody tells of the memory");
  const image = new MemoryImage(memory, pages);
  const before = Buffer.from(Buffer.from(memory.buffer));
  return {
    exports: exports as Record<string, Run>,
    memory,
    touched,
    content: () => Buffer.from(Buffer.from(memory.buffer)),
    told: () => pages.filter((page) => page !== 0).length,
    firstLeft() {
      if (!image.restore()) throw new Error("the memory has grown");
      const after = Buffer.from(memory.buffer);
      if (after.equals(before)) return undefined;
      return after.findIndex((byte, offset) => byte !== before[offset]);
    },
  };
}

/** Noise, and parts that are zero: images treat them in another way. */
function fillWithNoise(memory: WebAssembly.Memory): void {
  const random = makeRandom(1);
  const bytes = Buffer.from(memory.buffer);
  for (let offset = 0; offset < bytes.length; offset += 1)
    bytes[offset] = (offset >> 14) % 3 === 1 ? 0 : 1 + Math.floor(random() * 255);
}
