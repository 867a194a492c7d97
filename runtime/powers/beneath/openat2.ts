import { closeSync, constants, openSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { loadSystemCalls, type SystemCalls } from "../ffi.ts";
import { type Mechanism, O_CLOEXEC, O_PATH } from "./mechanism.ts";
import { placeInProc } from "./proc-walk.ts";

/** One number on every architecture: the call is younger than the split. */
const SYS_OPENAT2 = 437;
/** From linux/openat2.h: NO_XDEV, NO_MAGICLINKS, NO_SYMLINKS, BENEATH. */
const RESOLVE = 0x01 | 0x02 | 0x04 | 0x08;
const FLAGS = O_PATH | O_CLOEXEC | constants.O_NOFOLLOW;

/** Linux 5.6 and later: the kernel itself refuses every step out, through a link, or into another mount. */
export function loadOpenat2(): Mechanism | undefined {
  const system = loadSystemCalls();
  if (system === undefined || !keepsItsPromise(system)) return undefined;
  return {
    name: "openat2",
    openFlags: 0,
    pinRoot: (folder) => openSync(folder, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW),
    pin(from, names) {
      const result = openat2(system, from, names.join("/"));
      if (result >= 0) return result;
      const code = getSystemErrorName(result);
      throw Object.assign(new Error(`openat2: ${code}`), { code });
    },
    place: placeInProc,
  };
}

/** `struct open_how { u64 flags, mode, resolve }`. Calls are synchronous, so one is enough. */
const how = BigUint64Array.of(BigInt(FLAGS), 0n, BigInt(RESOLVE));

function openat2(system: SystemCalls, from: number, path: string): number {
  return system.call(SYS_OPENAT2, from, Buffer.from(`${path}\0`), how, how.byteLength);
}

/** Old kernels lack the call and some container filters deny it: asked once, by one path that must pass and one that must not. */
function keepsItsPromise(system: SystemCalls): boolean {
  const root = openSync("/", O_PATH | constants.O_DIRECTORY);
  try {
    const inside = openat2(system, root, ".");
    if (inside < 0) return false;
    closeSync(inside);
    const outside = openat2(system, root, "../");
    if (outside < 0) return getSystemErrorName(outside) === "EXDEV";
    closeSync(outside);
    return false;
  } finally {
    closeSync(root);
  }
}
