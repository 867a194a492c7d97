import type { Change } from "../mutation.ts";
import { change, mutationsOf } from "./change.ts";

const TIGHTEN = "runtime/sandbox/launch/tighten.ts";
const RLIMITS = "runtime/sandbox/seal/rlimits.ts";
const PROCESS = "runtime/powers/process.ts";
const LAUNCHER = "runtime/sandbox/launch/landlock.ts";
const BUBBLEWRAP = "runtime/sandbox/seal/bubblewrap.ts";

/** Ring 5: what the kernel keeps from a runner. */
export const SEAL_MUTATIONS = mutationsOf(5, [
  [
    "the tight filter of system calls is not installed",
    change(
      TIGHTEN,
      'if (!installFilter(call, "tight")) throw new Error("the kernel refused the tight seccomp filter");',
      "",
    ),
    "seal",
    { programs: ["probe", "runner"] },
  ],
  [
    "the limits that a start needs are kept",
    change(TIGHTEN, "Object.entries(TIGHT_RLIMITS)", "Object.entries({})"),
    "seal",
    { programs: ["probe", "runner"] },
  ],
  [
    "a runner starts without limits",
    [
      change(
        RLIMITS,
        'ulimit -c 0 && ulimit -f 0 && ulimit -d "$2" && ulimit -v "$3" && ulimit -s "$4" && ulimit -n "$5" || exit 97',
        ":",
      ),
      change(LAUNCHER, "Object.entries(order.limits)", "Object.entries({})"),
    ],
    "seal",
    { programs: ["landlock"] },
  ],
  [
    "a runner has the broker's environment",
    [
      change(PROCESS, "env: {},", "env: process.env,"),
      change(BUBBLEWRAP, '"--clearenv",', ""),
      change(LAUNCHER, "...order.nodeArgs], {});", "...order.nodeArgs], process.env);"),
    ],
    "seal",
    { programs: ["landlock"], behind: "bubblewrap and the launcher clear it again" },
  ],
  [
    "a runner has the broker's descriptors",
    [onlyForm("bubblewrap"), change(PROCESS, "markDescriptors();\n", "\n")],
    "seal",
    { behind: "the launcher of Landlock closes what it inherits" },
  ],
  [
    "a runner starts without a filter of system calls",
    [
      onlyForm("bubblewrap"),
      change(BUBBLEWRAP, '    "--seccomp",\n    String(SECCOMP_DESCRIPTOR),\n', ""),
    ],
    "seal",
    { behind: "where bubblewrap does not hold, Landlock is asked for" },
  ],
  [
    "a launched runner starts without a filter of system calls",
    [
      onlyForm("landlock"),
      change(
        LAUNCHER,
        'return installFilter(call, "start") ? undefined : "seccomp";',
        "return undefined;",
      ),
    ],
    "seal",
    { programs: ["landlock"], behind: "where there is bubblewrap, Landlock is not asked for" },
  ],
  [
    "a runner's root has files of the host",
    change(
      BUBBLEWRAP,
      '    "--remount-ro",',
      '    ...readOnly("/etc", "/etc"),\n    "--remount-ro",',
    ),
    "seal.outer",
  ],
  [
    "Landlock restricts nothing",
    [
      onlyForm("landlock"),
      change(
        LAUNCHER,
        "const unrestricted = restrictToFiles(call, order);",
        "const unrestricted = undefined;",
      ),
    ],
    "seal.outer",
    { programs: ["landlock"], behind: "where there is bubblewrap, Landlock is not asked for" },
  ],
]);

/** The other form is not there, and cannot take this one's place. */
function onlyForm(name: "bubblewrap" | "landlock"): Change {
  const file = "runtime/sandbox/seal/choose-seal.ts";
  return change(file, 'linux: ["bubblewrap", "landlock"]', `linux: ["${name}"]`);
}
