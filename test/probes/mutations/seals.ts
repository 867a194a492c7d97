import { change, mutationsOf } from "./change.ts";

const TIGHTEN = "runtime/sandbox/launch/tighten.ts";
const RLIMITS = "runtime/sandbox/seal/rlimits.ts";
const PROCESS = "runtime/powers/process.ts";
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
      change(
        "runtime/sandbox/launch/landlock.ts",
        "Object.entries(order.limits)",
        "Object.entries({})",
      ),
    ],
    "seal",
    { programs: ["landlock"] },
  ],
  [
    "a runner has the broker's environment",
    [
      change(PROCESS, "env: {},", "env: process.env,"),
      change(BUBBLEWRAP, '"--clearenv",', ""),
      change(
        "runtime/sandbox/launch/landlock.ts",
        "...order.nodeArgs], {});",
        "...order.nodeArgs], process.env);",
      ),
    ],
    "seal",
    { programs: ["landlock"], behind: "bubblewrap and the launcher clear it again" },
  ],
  ["a runner has the broker's descriptors", change(PROCESS, "markDescriptors();\n", "\n"), "seal"],
]);
