/** The few calls of the C library that Node has no function for. */
export interface SystemCalls {
  /** Calls `syscall(number, …)`. Answers its result, or `-errno`. Views are passed by address and must not be empty. */
  call(number: number, ...args: readonly (number | NodeJS.ArrayBufferView)[]): number;
}

/** The arguments of the call that is under way. Calls are synchronous, so there is one at a time. */
export let inUse: readonly unknown[] = [];

/**
 * Opens the C library through `node:ffi`, on Linux for x86_64 and arm64, where a variadic call passes its
 * arguments as any other. `undefined` where FFI is absent or refused: callers have a way without it.
 * Node 26 needs no flag for `node:ffi`, and prints an `ExperimentalWarning` at its first use.
 */
export function loadSystemCalls(): SystemCalls | undefined {
  if (process.platform !== "linux" || !["x64", "arm64"].includes(process.arch)) return undefined;
  try {
    const ffi = process.getBuiltinModule("node:ffi");
    const { functions } = ffi.dlopen(null, {
      syscall: { arguments: ["i64", "i64", "i64", "i64", "i64", "i64", "i64"], return: "i64" },
      __errno_location: { arguments: [], return: "pointer" },
    });
    const word = (arg: number | NodeJS.ArrayBufferView | undefined) =>
      typeof arg === "object" ? ffi.getRawPointer(arg) : BigInt(arg ?? 0);
    return {
      call(number, ...args) {
        const [a, b, c, d, e, f] = args;
        // An address keeps nothing alive: without this the engine may free a view that the kernel is about to read.
        inUse = args;
        const result = functions.syscall(
          BigInt(number),
          word(a),
          word(b),
          word(c),
          word(d),
          word(e),
          word(f),
        );
        inUse = [];
        return result < 0n ? -ffi.getInt32(functions.__errno_location()) : Number(result);
      },
    };
  } catch {
    return undefined;
  }
}
