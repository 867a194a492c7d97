import { currentHost } from "../host/host.ts";

const chunkBytesMax = 65_536;

/** Secure randomness. Needs the `random` capability. */
export const random = {
  bytes(lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(lengthBytes);
    const { random: source } = currentHost();
    for (let start = 0; start < lengthBytes; start += chunkBytesMax) {
      bytes.set(source.getBytes(Math.min(chunkBytesMax, lengthBytes - start)), start);
    }
    return bytes;
  },
} as const;
