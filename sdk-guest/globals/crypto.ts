import { random } from "../capabilities/random.ts";
import { DOMException } from "./dom-exception.ts";

const requestBytesMax = 65_536;

/** The parts of Web Crypto that need no algorithm. */
export const crypto = {
  getRandomValues<T>(target: T): T {
    if (!ArrayBuffer.isView(target) || target instanceof DataView || isFloatArray(target)) {
      throw new DOMException("getRandomValues needs an integer typed array", "TypeMismatchError");
    }
    if (target.byteLength > requestBytesMax) {
      throw new DOMException("getRandomValues gives at most 65536 bytes", "QuotaExceededError");
    }
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(
      random.bytes(target.byteLength),
    );
    return target;
  },
  randomUUID(): string {
    const bytes = random.bytes(16);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
};

function isFloatArray(view: ArrayBufferView): boolean {
  const name = (view as unknown as { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag];
  return name.startsWith("Float");
}
