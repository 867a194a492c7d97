import { callOrThrowTag, GuestRefusal, type GuestSetting } from "../guest.ts";
import { BYTES_MAX, WASI_BYTES_MAX } from "./limits.ts";

/**
 * `glovebox:plugin/random` and `wasi:random`.
 * Without the grant, or while no call runs, secure functions fail: `not-permitted`, and in WASI, which has no refusal, a trap.
 * Bytes that only look random are never handed out as secure. The insecure functions answer zeros then: WASI allows
 * them to be the same every time, and language runtimes ask for them at their start.
 */
export function makeRandomImports(setting: GuestSetting): Record<string, Record<string, unknown>> {
  const secure = (lengthBytes: bigint): Uint8Array => readBytes(setting, lengthBytes);
  const insecure = (lengthBytes: bigint): Uint8Array => {
    if (!setting.granted.has("random")) return zeros(lengthBytes);
    try {
      return secure(lengthBytes);
    } catch (error) {
      if (error instanceof GuestRefusal) return zeros(lengthBytes);
      throw error;
    }
  };
  return {
    "glovebox:plugin/random": {
      getBytes: (lengthBytes: number): Uint8Array =>
        callOrThrowTag(setting.channel, "random.bytes", [lengthBytes]).body,
    },
    "wasi:random/random": {
      getRandomBytes: secure,
      getRandomU64: (): bigint => toU64(secure(8n), 0),
    },
    "wasi:random/insecure": {
      getInsecureRandomBytes: insecure,
      getInsecureRandomU64: (): bigint => toU64(insecure(8n), 0),
    },
    "wasi:random/insecure-seed": {
      insecureSeed(): [bigint, bigint] {
        const seed = insecure(16n);
        return [toU64(seed, 0), toU64(seed, 8)];
      },
    },
  };
}

/** Throws `GuestRefusal` without the grant: an `Error`, so it traps a function that returns no `result`. */
function readBytes({ channel }: GuestSetting, lengthBytes: bigint): Uint8Array {
  const bytes = zeros(lengthBytes);
  for (let start = 0; start < bytes.length; start += BYTES_MAX) {
    const sliceBytes = Math.min(BYTES_MAX, bytes.length - start);
    const { body } = channel.call("random.bytes", [sliceBytes]);
    if (body.length !== sliceBytes) throw new Error("the broker answered too few random bytes");
    bytes.set(body, start);
  }
  return bytes;
}

function zeros(lengthBytes: bigint): Uint8Array {
  if (lengthBytes > BigInt(WASI_BYTES_MAX))
    throw new Error("more random bytes than one call may ask for");
  return new Uint8Array(Number(lengthBytes));
}

function toU64(bytes: Uint8Array, offset: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(offset);
}
