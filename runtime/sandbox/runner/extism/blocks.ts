import type { CurrentPlugin } from "extism";
import { KernelFull } from "./tool-failure.ts";

/** A block's number is the upper 16 bits of its address. From here on addresses would be negative, and then begin again. */
const BLOCKS_MAX = 32_768n;
const OFFSET_BITS = 48n;

const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();

/**
 * What plugin and host hand to each other lies in blocks, which Extism keeps outside the plugin's memory. Every address is the
 * plugin's word. Extism makes a block before it asks whether it may: so this asks first.
 */
export class Blocks {
  readonly #bytesMax: number;
  /** What Extism hands to every host function of this instance, since the first of ours was called. */
  seen: CurrentPlugin | undefined;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Throws `KernelFull`. */
  alloc(plugin: CurrentPlugin, lengthBytes: bigint): bigint {
    this.seen = plugin;
    if (lengthBytes < 0n || lengthBytes > BigInt(this.#bytesMax)) throw new KernelFull();
    const address = plugin.alloc(lengthBytes);
    if (address === 0n || address >= BLOCKS_MAX << OFFSET_BITS) throw new KernelFull();
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
