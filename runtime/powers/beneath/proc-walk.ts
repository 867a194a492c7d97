import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { type Mechanism, O_PATH } from "./mechanism.ts";

/**
 * Linux without `openat2`: one step at a time, each from the descriptor of the step before, through
 * `/proc/self/fd/N/name`. `O_NOFOLLOW` holds for the last name of a path, and here every name is a last one.
 */
export const procWalk: Mechanism = {
  name: "proc-walk",
  openFlags: 0,
  pinRoot: (folder) => openSync(folder, O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW),
  pin(from, names) {
    const mount = mountOf(from);
    let current = from;
    try {
      for (const name of names) {
        if (current !== from) assertDirectory(current);
        const next = openSync(`${placeInProc(current)}/${name}`, O_PATH | constants.O_NOFOLLOW);
        if (current !== from) closeSync(current);
        current = next;
        if (mountOf(current) !== mount) throw failure("EXDEV");
      }
      return current;
    } catch (error) {
      if (current !== from) closeSync(current);
      throw error;
    }
  },
  place: placeInProc,
};

/** The kernel's own name for an open descriptor: resolved to the object, not to a path. */
export function placeInProc(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}

/** A descriptor of a link may not be walked through, whatever the kernel would make of it. */
function assertDirectory(descriptor: number): void {
  const stats = fstatSync(descriptor);
  if (!stats.isDirectory()) throw failure(stats.isSymbolicLink() ? "ELOOP" : "ENOTDIR");
}

function failure(code: string): Error {
  return Object.assign(new Error(`the walk met ${code}`), { code });
}

/** The mount and not the device: a bind mount of the same file system has the same device. */
function mountOf(descriptor: number): string {
  const mount = /^mnt_id:\s*([0-9]+)$/m.exec(
    readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"),
  )?.[1];
  if (mount === undefined) throw new Error("the kernel names no mount");
  return mount;
}
