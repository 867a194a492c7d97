import type { Measure, SealName } from "../sandbox.ts";
import type { ProcessPowers } from "./process-powers.ts";
import { SEALED_RLIMITS, TIGHT_RLIMITS } from "./rlimits.ts";
import { ALLOWED_CALLS } from "./seccomp/allowed.ts";
import { syscallNumber, type Arch } from "./seccomp/numbers.ts";

const FORMS: Readonly<Record<SealName, string>> = {
  bubblewrap: "namespaces of its own and an empty, read-only root",
  landlock: "Landlock: no file but Node's own; process numbers and user are the broker's",
  seatbelt: "Seatbelt: written, untested on hardware",
  none: "none",
};

/**
 * What holds a runner behind a form that the probe has found closed. A process that could not set a limit, install a filter or
 * make itself undumpable ends before it reports: where there is a report, these are in force.
 */
export function describeMeasures(powers: ProcessPowers, name: SealName): readonly Measure[] {
  const isLinuxForm = name === "bubblewrap" || name === "landlock";
  const limits: Readonly<Record<string, number>> = isLinuxForm
    ? { ...SEALED_RLIMITS, ...TIGHT_RLIMITS }
    : {};
  const missing = name === "none" ? "no form of seal is in force" : "Seatbelt has none";
  return [
    { name: "form", inForce: isLinuxForm, says: FORMS[name] },
    {
      name: "system calls",
      inForce: isLinuxForm,
      says: isLinuxForm ? describeFilter(powers.arch as Arch) : missing,
    },
    {
      name: "limits",
      inForce: isLinuxForm,
      says: isLinuxForm
        ? [
            ...Object.entries(limits).map(([limit, most]) => `${limit} ${most}`),
            "dataBytes by program",
          ].join(", ")
        : "core, file, data and open files only, not seen from inside",
    },
    {
      name: "core dumps",
      inForce: isLinuxForm,
      says: isLinuxForm ? "off: undumpable, and a limit of 0" : "off by a limit only",
    },
    {
      name: "memory watchdog",
      inForce: powers.residentBytes !== undefined,
      says:
        powers.residentBytes === undefined
          ? `no way to look at a process's memory is known for ${powers.platform}`
          : "looks at memory, swap and page tables every 20 ms while a call runs",
    },
    {
      name: "cgroup",
      inForce: powers.cgroups.writable,
      says: powers.cgroups.writable
        ? "memory.max and pids.max for each runner"
        : `none: ${powers.cgroups.why}`,
    },
  ];
}

function describeFilter(arch: Arch): string {
  const known = ALLOWED_CALLS.filter(({ name }) => syscallNumber(name, arch) !== undefined);
  const tight = known.filter(({ until }) => until === undefined);
  return `seccomp for ${arch}: ${known.length} at the start, ${tight.length} from then on; of another interface: kill`;
}
