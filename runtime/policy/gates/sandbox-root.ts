import { GateError } from "./errors.ts";
import type { Gate } from "./gate.ts";

/** Where a system keeps itself, and nothing below is anyone's own. */
const SYSTEM_TREES = [
  "/bin",
  "/boot",
  "/dev",
  "/lib",
  "/lib32",
  "/lib64",
  "/proc",
  "/sbin",
  "/sys",
  "/usr",
  "/System",
  "/Library",
  "/Applications",
  "/private/etc",
] as const;
/** Folders of the system below which people do keep things. */
const SYSTEM_FOLDERS = [
  "/etc",
  "/home",
  "/media",
  "/mnt",
  "/opt",
  "/private",
  "/private/tmp",
  "/private/var",
  "/root",
  "/run",
  "/run/secrets",
  "/snap",
  "/srv",
  "/tmp",
  "/Users",
  "/usr/local",
  "/var",
  "/var/lib",
  "/var/log",
  "/var/run",
  "/var/tmp",
  "/Volumes",
] as const;
/** Under `/usr/local` administrators install what is not the system's. */
const OPEN_TREE = "/usr/local/";

export const ROOT_GATE: Gate = {
  id: "sandbox-root",
  question: "have plugins a folder of their own for their files?",
  isWaivable: false,
  refuse: ({ roots }) =>
    roots.flatMap(({ folder, homes }) => {
      const what = describeRoot(folder, homes);
      return what === undefined
        ? []
        : new GateError("ERR_GATE_SANDBOX_ROOT", `Plugins' data would be in ${folder}: ${what}.`);
    }),
};

/** Why a folder cannot be where plugins have their data, or undefined when it can. `folder` is absolute, with links resolved. */
export function describeRoot(folder: string, homes: readonly string[]): string | undefined {
  const path = folder.replaceAll(/\/+/g, "/").replace(/(?<=.)\/$/, "");
  if (path === "/" || /^[A-Za-z]:[\\/]?$/.test(path)) return "the root of everything";
  if (homes.includes(path) || /^\/(?:home|Users)\/[^/]+$/.test(path)) return "somebody's home";
  if (SYSTEM_FOLDERS.some((known) => path === known)) return "a folder of the system";
  if (path.startsWith(OPEN_TREE)) return undefined;
  if (SYSTEM_TREES.some((tree) => path === tree || path.startsWith(`${tree}/`)))
    return "a folder of the system";
  if (
    /^[A-Za-z]:\\(?:Windows|Program Files|Program Files \(x86\)|ProgramData|Users(?:\\[^\\]+)?)$/i.test(
      path,
    )
  )
    return "a folder of the system";
  return undefined;
}
