import type { Capability } from "../capability.ts";
import { makeBroker } from "./broker.ts";
import { covers, type FilesystemGrant, formatGrant, parseFlag, parseGrant } from "./grant.ts";

/** Files of the plugin's own, beneath one folder that it cannot leave. */
export const filesystem: Capability<FilesystemGrant> = {
  name: "filesystem",
  meaning: "read, and with read-write also keep, files in a folder of the plugin's own",
  consequence: {
    can: "leave what one call reads in its files, for later calls to find",
    severity: "low",
    references: [],
  },
  interfaces: ["glovebox:plugin/files", "wasi:filesystem/types", "wasi:filesystem/preopens"],
  parseGrant,
  parseFlag,
  formatGrant,
  covers,
  makeBroker,
};
