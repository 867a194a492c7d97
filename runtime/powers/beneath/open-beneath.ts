import { mkdirSync } from "node:fs";
import { HostError } from "@glovebox/host-api/errors";
import type { BeneathFolder, BeneathOptions } from "@glovebox/host-api/powers";
import { PinnedFolder } from "./folder.ts";
import type { Mechanism } from "./mechanism.ts";
import { nofollowAny } from "./nofollow-any.ts";
import { loadOpenat2 } from "./openat2.ts";
import { procWalk } from "./proc-walk.ts";
import { SealedFolder } from "./sealed-folder.ts";
import { asHost } from "./system-error.ts";

let chosen: Mechanism | undefined;

/**
 * Opens a folder that no path can leave, and creates it (mode 0700) when it is missing.
 * `mechanism` is for tests; without it the strongest one of this machine is used.
 * Throws `HostError`: also where no mechanism is known, which is every system but Linux and macOS.
 */
export function openBeneath(
  folder: string,
  options: BeneathOptions,
  mechanism: Mechanism = (chosen ??= chooseMechanism()),
): BeneathFolder {
  asHost(() => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const pinned = new PinnedFolder(mechanism, folder, options);
  return options.seal === undefined
    ? pinned
    : new SealedFolder(pinned, options.seal, options.onForeign);
}

function chooseMechanism(): Mechanism {
  if (process.platform === "linux") return loadOpenat2() ?? procWalk;
  if (process.platform === "darwin") return nofollowAny;
  throw new HostError("not-permitted", "no way is known to hold a folder on this system");
}
