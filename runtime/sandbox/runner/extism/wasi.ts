import { GuestExit, GuestRefusal, type GuestSetting } from "@glovebox/host-api/guest";
import { makeRealClock, makeStillClock } from "@glovebox/host-api/clock/clocks";
import { PREVIEW1 } from "@glovebox/host-api/extism/functions";
import { makeLogSink } from "@glovebox/host-api/log/lines";
import { BYTES_MAX, WASI_BYTES_MAX } from "@glovebox/host-api/random/limits";
import type { CallState } from "./call-state.ts";

/** Numbers of preview 1: `errno`, `clockid`, `eventtype`, `filetype`. */
const ERRNO = { success: 0, badf: 8, fault: 21, inval: 28, perm: 63, spipe: 70, notcapable: 76 };
const CLOCK = { real: 0, monotonic: 1 };
const CHARACTER_DEVICE = 2;
const NS_PER_MS = 1_000_000n;
const SUBSCRIPTION_BYTES = 48;
const EVENT_BYTES = 32;
const SUBSCRIPTIONS_MAX = 1024;
const VECTORS_MAX = 1024;
const U32 = 0xffff_ffff;

export interface Wasi {
  readonly functions: Record<string, unknown>;
  attach(memory: WebAssembly.Memory): void;
}

/** Answers an `errno`. */
type Preview1 = (memory: DataView, ...args: readonly number[]) => number;

/**
 * `wasi_snapshot_preview1`, deny by default: standard output and error are log lines, standard input is at its end, there is
 * no other descriptor, no argument and no environment. Clock and random are the capabilities of these names. Every
 * function of preview 1 links; what is not here answers `notcapable`.
 */
// debt("GB-037"): files and sockets are not there.
export function makeWasi(setting: GuestSetting, state: () => CallState): Wasi {
  let memory: WebAssembly.Memory | undefined;
  const known: Readonly<Record<string, Preview1>> = {
    ...makeStreams(setting),
    ...makeClocks(setting),
    random_get: makeRandom(setting, state),
    proc_exit(_memory, status = 0) {
      throw new GuestExit(status);
    },
    sched_yield: () => ERRNO.success,
    args_sizes_get: writeNone,
    environ_sizes_get: writeNone,
    args_get: () => ERRNO.success,
    environ_get: () => ERRNO.success,
  };
  const link =
    (run: Preview1) =>
    (...args: readonly number[]): number => {
      // A start function runs before anyone knows the memory.
      if (memory === undefined) return ERRNO.notcapable;
      try {
        return run(new DataView(memory.buffer), ...args.map(toUnsigned));
      } catch (error) {
        // A pointer out of the plugin's memory.
        if (error instanceof RangeError) return ERRNO.fault;
        throw error;
      }
    };
  const denied = (): number => ERRNO.notcapable;
  return {
    functions: Object.fromEntries(
      Object.keys(PREVIEW1).map((name) => {
        const run = known[name];
        return [name, run === undefined ? denied : link(run)];
      }),
    ),
    attach: (attached) => (memory = attached),
  };
}

/** Pointers and lengths arrive as signed numbers; 64-bit arguments as they are. */
function toUnsigned(value: number | bigint): number {
  return typeof value === "bigint" ? Number(value) : value >>> 0;
}

function writeNone(memory: DataView, countAt = U32, bytesAt = U32): number {
  memory.setUint32(countAt, 0, true);
  memory.setUint32(bytesAt, 0, true);
  return ERRNO.success;
}

function makeStreams(setting: GuestSetting): Record<string, Preview1> {
  const sinks = [undefined, makeLogSink(setting, "info"), makeLogSink(setting, "warn")];
  const isOpen = (descriptor: number): boolean => descriptor <= 2;
  return {
    fd_write(memory, descriptor = U32, vectors = U32, count = U32, writtenAt = U32) {
      const sink = sinks[descriptor];
      if (sink === undefined) return ERRNO.badf;
      if (count > VECTORS_MAX) return ERRNO.inval;
      let written = 0;
      for (let index = 0; index < count; index += 1) {
        const start = memory.getUint32(vectors + index * 8, true);
        const lengthBytes = memory.getUint32(vectors + index * 8 + 4, true);
        sink().write(new Uint8Array(memory.buffer, start, lengthBytes));
        written += lengthBytes;
      }
      memory.setUint32(writtenAt, written, true);
      return ERRNO.success;
    },
    fd_read(memory, descriptor = U32, _vectors, _count, readAt = U32) {
      if (descriptor !== 0) return ERRNO.badf;
      memory.setUint32(readAt, 0, true);
      return ERRNO.success;
    },
    fd_fdstat_get(memory, descriptor = U32, at = U32) {
      if (!isOpen(descriptor)) return ERRNO.badf;
      for (let offset = 0; offset < 24; offset += 8) memory.setBigUint64(at + offset, 0n, true);
      memory.setUint8(at, CHARACTER_DEVICE);
      return ERRNO.success;
    },
    fd_seek: (_memory, descriptor = U32) => (isOpen(descriptor) ? ERRNO.spipe : ERRNO.badf),
    fd_close: (_memory, descriptor = U32) => (isOpen(descriptor) ? ERRNO.success : ERRNO.badf),
    // How programs learn which folders they were given: the first that is none ends the list.
    fd_prestat_get: () => ERRNO.badf,
    fd_prestat_dir_name: () => ERRNO.badf,
  };
}

function makeClocks(setting: GuestSetting): Record<string, Preview1> {
  const clock = setting.granted.has("clock") ? makeRealClock(setting) : makeStillClock(setting);
  const nowNs = (id: number): bigint | undefined => {
    if (id === CLOCK.real) return BigInt(Math.floor(clock.wallMs())) * NS_PER_MS;
    return id === CLOCK.monotonic ? clock.monotonicNs() : undefined;
  };
  return {
    clock_res_get(memory, id = U32, at = U32) {
      if (id > CLOCK.monotonic) return ERRNO.inval;
      memory.setBigUint64(at, NS_PER_MS, true);
      return ERRNO.success;
    },
    clock_time_get(memory, id = U32, _precision, at = U32) {
      const time = nowNs(id);
      if (time === undefined) return ERRNO.inval;
      memory.setBigUint64(at, time, true);
      return ERRNO.success;
    },
    /** Waits for the first of the clocks. Descriptors are ready: writing never blocks here, and reading is at its end. */
    poll_oneoff(memory, from = U32, to = U32, count = 0, countAt = U32) {
      if (count === 0 || count > SUBSCRIPTIONS_MAX) return ERRNO.inval;
      const subscriptions = Array.from({ length: count }, (_, index) =>
        readSubscription(memory, from + index * SUBSCRIPTION_BYTES, nowNs),
      );
      const waits = subscriptions.map(({ waitNs }) => waitNs);
      const firstNs = waits.reduce((least, wait) => (wait < least ? wait : least));
      if (firstNs > 0n) clock.at(clock.monotonicNs() + firstNs).block();
      const ready = subscriptions.filter(({ waitNs }) => waitNs === firstNs);
      ready.forEach(({ userData, type }, index) => {
        const at = to + index * EVENT_BYTES;
        for (let offset = 0; offset < EVENT_BYTES; offset += 8)
          memory.setBigUint64(at + offset, 0n, true);
        memory.setBigUint64(at, userData, true);
        memory.setUint8(at + 10, type);
      });
      memory.setUint32(countAt, ready.length, true);
      return ERRNO.success;
    },
  };
}

interface Subscription {
  readonly userData: bigint;
  readonly type: number;
  readonly waitNs: bigint;
}

function readSubscription(
  memory: DataView,
  at: number,
  nowNs: (id: number) => bigint | undefined,
): Subscription {
  const userData = memory.getBigUint64(at, true);
  const type = memory.getUint8(at + 8);
  if (type !== 0) return { userData, type, waitNs: 0n };
  const timeout = memory.getBigUint64(at + 24, true);
  const isAbsolute = (memory.getUint16(at + 40, true) & 1) === 1;
  const left = isAbsolute ? timeout - (nowNs(memory.getUint32(at + 16, true)) ?? timeout) : timeout;
  return { userData, type, waitNs: left > 0n ? left : 0n };
}

/**
 * Preview 1 has one source of random bytes, which programs seed hash tables from at their start and make keys from later.
 * Before any call, and while the tools are asked for, nobody can be asked and nothing that is made leaves: zeros, so that
 * programs start. In a call without the grant it fails: bytes that only look random are never handed out.
 */
// debt("GB-038"): zeros before a call.
function makeRandom({ channel, granted, perCall }: GuestSetting, state: () => CallState): Preview1 {
  const phase = perCall((isAhead) => ({ isAhead }));
  return (memory, at = U32, lengthBytes = U32) => {
    if (lengthBytes > WASI_BYTES_MAX) return ERRNO.inval;
    const target = new Uint8Array(memory.buffer, at, lengthBytes);
    if (phase().isAhead || state().isListing) {
      target.fill(0);
      return ERRNO.success;
    }
    if (!granted.has("random")) return ERRNO.perm;
    for (let start = 0; start < lengthBytes; start += BYTES_MAX) {
      const sliceBytes = Math.min(BYTES_MAX, lengthBytes - start);
      try {
        target.set(channel.call("random.bytes", [sliceBytes]).body.subarray(0, sliceBytes), start);
      } catch (error) {
        if (error instanceof GuestRefusal) return ERRNO.perm;
        throw error;
      }
    }
    return ERRNO.success;
  };
}
