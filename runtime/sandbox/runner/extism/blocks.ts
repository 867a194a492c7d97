import type { CurrentPlugin } from "extism";
import type { GuestSetting } from "@glovebox/host-api/guest";
import { KernelFull } from "./tool-failure.ts";

/** A block's number is the upper 16 bits of its address. From here on addresses would be negative, and then begin again. */
const BLOCKS_MAX = 32_768n;
const OFFSET_BITS = 48n;

const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();

/**
 * What plugin and host hand to each other lies in blocks, which Extism keeps outside the plugin's memory. Every address is the
 * plugin's word. Extism's own bound is asked after the block was made, and counts all blocks each time: this one comes first.
 */
export class Blocks {
  readonly #bytesMax: bigint;
  /** No more is in use than `bytes`: what was at the last count, and what was made since. */
  readonly #used: () => { bytes: bigint; last: bigint };
  /** What Extism hands to every host function of this instance, since the first of ours was called. */
  seen: CurrentPlugin | undefined;

  constructor(bytesMax: number, perCall: GuestSetting["perCall"]) {
    this.#bytesMax = BigInt(bytesMax);
    this.#used = perCall(() => ({ bytes: 0n, last: 0n }));
  }

  /** Throws `KernelFull`. */
  alloc(plugin: CurrentPlugin, lengthBytes: bigint): bigint {
    this.seen = plugin;
    if (lengthBytes < 0n || lengthBytes > this.#bytesMax) throw new KernelFull();
    const used = this.#used();
    if (used.bytes + lengthBytes > this.#bytesMax) used.bytes = countBytes(plugin, used.last);
    if (used.bytes + lengthBytes > this.#bytesMax) throw new KernelFull();
    const address = plugin.alloc(lengthBytes);
    if (address >= BLOCKS_MAX << OFFSET_BITS) throw new KernelFull();
    used.bytes += lengthBytes;
    used.last = address >> OFFSET_BITS;
    return address;
  }

  /** A new block with this content. Throws `KernelFull`. */
  put(plugin: CurrentPlugin, content: Uint8Array | string): bigint {
    const bytes = typeof content === "string" ? ENCODER.encode(content) : content;
    const address = this.alloc(plugin, BigInt(bytes.length));
    const block = plugin.read(address);
    if (block === null) throw new KernelFull();
    block.bytes().set(bytes);
    return address;
  }

  /** A copy of what is in a block from this address on, or of its first `lengthBytes`. Undefined when there is no such place. */
  read(plugin: CurrentPlugin, address: bigint, lengthBytes?: bigint): Uint8Array | undefined {
    this.seen = plugin;
    const block = address > 0n ? plugin.read(address)?.bytes() : undefined;
    if (block === undefined) return undefined;
    const start = address & ((1n << OFFSET_BITS) - 1n);
    const end = lengthBytes === undefined ? BigInt(block.length) : start + lengthBytes;
    if (start > end || end > BigInt(block.length)) return undefined;
    return block.slice(Number(start), Number(end));
  }

  text(plugin: CurrentPlugin, address: bigint): string | undefined {
    const bytes = this.read(plugin, address);
    return bytes && DECODER.decode(bytes);
  }
}

/** What is in the blocks up to this one that nobody has freed. */
function countBytes(plugin: CurrentPlugin, last: bigint): bigint {
  let bytes = 0n;
  for (let index = 1n; index <= last; index += 1n) bytes += plugin.length(index << OFFSET_BITS);
  return bytes;
}
