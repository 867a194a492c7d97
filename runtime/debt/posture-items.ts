import type { AcceptedPath } from "../policy/flow/policy.ts";
import type { Waiver } from "../policy/configuration.ts";
import { isSealed } from "../policy/gates/decide-start.ts";
import { isInForce } from "../policy/gates/waivers.ts";
import type { Measure, Seal } from "../sandbox/sandbox.ts";
import { advisoryItems } from "./advisory-items.ts";
import { configurationItems } from "./configuration-items.ts";
import type { LiveItem } from "./items.ts";
import { configured, listNames, liveItem } from "./live-item.ts";
import { pluginItems, refusedItem } from "./plugin-items.ts";
import type { Posture } from "./posture.ts";
import type { ProbeResult, ProbeRun } from "./probe-result.ts";

/**
 * Items that the configuration or the machine brings: a missing ring, a waiver, an unsigned plugin, what a grant means, an
 * advisory. Their ids name what they are about, so that they stay the same when something else comes or goes.
 */
export function postureItems(posture: Posture, nowMs: number): LiveItem[] {
  return [
    ...(isSealed(posture.seal) ? [] : [sealItem(posture.seal)]),
    ...posture.seal.measures
      .filter(({ name, inForce }) => name === "cgroup" && !inForce)
      .map(cgroupItem),
    ...posture.waivers.map((waiver) => waiverItem(waiver, nowMs)),
    ...(posture.acceptedPaths ?? []).map((accepted) => acceptedItem(accepted, nowMs)),
    ...probeItems(posture.probes),
    ...pluginItems(posture.plugins),
    ...(posture.refused ?? []).map(refusedItem),
    ...configurationItems(posture),
    ...advisoryItems(posture.packages, nowMs),
  ];
}

function sealItem({ name, allowed, denied }: Seal): LiveItem {
  return liveItem({
    id: "GB-SEAL",
    title: "The operating system's seal is not in force on this machine",
    severity: "critical",
    since: "0.1.0",
    ring: 5,
    area: "sandbox",
    current_behavior:
      "A plugin that escapes the WebAssembly engine has the rights of the user who runs Glovebox.",
    ideal: "Runners are held by bubblewrap and seccomp, or by Landlock and seccomp.",
    resolved_by:
      "Run on Linux with bubblewrap installed or Landlock enabled; `glovebox doctor` says what is missing.",
    references: ["OWASP MCP05"],
    evidence: [
      {
        kind: "probe",
        what:
          allowed.length > 0
            ? `${allowed.length} attempts were allowed`
            : denied.length > 0
              ? `${name}: ${denied.length} attempts denied, on a form that is untested on hardware`
              : "nothing was seen denied",
      },
    ],
    ...(allowed.length > 0
      ? { operator: { evidence: [{ kind: "probe", what: `allowed: ${listNames(allowed)}` }] } }
      : {}),
  });
}

function cgroupItem({ says }: Measure): LiveItem {
  return liveItem({
    id: "GB-CGROUP",
    title: "No cgroup bounds a runner on this machine",
    severity: "low",
    ring: 5,
    area: "sandbox",
    current_behavior:
      "A runner's memory is bounded by RLIMIT_DATA and by a watchdog that looks every 20 ms; native code can pass the first and race the second.",
    ideal: "The kernel bounds each runner by memory.max and pids.max.",
    resolved_by:
      "Give the broker a cgroup of its own: a systemd unit with Delegate=yes and DelegateSubgroup=broker.",
    evidence: [{ kind: "probe", what: says }],
  });
}

/** The reason is the operator's own words, perhaps with names of people: it stays with operators. */
function waiverItem(waiver: Waiver, nowMs: number): LiveItem {
  const { gate, reason, until } = waiver;
  const isOpen = isInForce(waiver, nowMs);
  const after =
    gate === "probes"
      ? "production does not start, and a server that runs ends where its last run saw an escape"
      : "production does not start";
  const now = isOpen
    ? `Until the end of that day the gate does not refuse; after it, ${after}.`
    : `It opens nothing any more: ${after}.`;
  return liveItem({
    id: `GB-WAIVER-${gate}`,
    title: isOpen
      ? `Gate \`${gate}\` is waived until ${until}`
      : `The waiver of gate \`${gate}\` ended on ${until}`,
    severity: "high",
    since: "0.1.0",
    area: "operation",
    current_behavior: now,
    ideal: "No waiver.",
    resolved_by: "Close the gap that the waiver names and remove it from the configuration.",
    evidence: configured("waivers"),
    operator: { current_behavior: `${now} The reason given: ${reason}` },
  });
}

/** `PROFILE/FROM>TO` or `FROM>TO`. An id must tell names with hyphens apart, so its parts are joined by dots. */
function acceptedItem(accepted: AcceptedPath, nowMs: number): LiveItem {
  const { path, reason, until } = accepted;
  const isOpen = isInForce(accepted, nowMs);
  const state = isOpen ? `is accepted until ${until}` : `was accepted until ${until}`;
  const [, profile, from = "", to = ""] = /^(?:(.*)\/)?(.*)>(.*)$/.exec(path) ?? [];
  const now = isOpen
    ? "Until the end of that day nobody is asked before data leaves on it, whatever the conversation has read; after it, a person is asked, and production does not start."
    : "It is not accepted any more: a person is asked before data leaves on it, and production does not start.";
  return liveItem({
    id: `GB-FLOW-${profile === undefined ? "" : `${profile}.has.`}${from}.to.${to}`,
    about: [from, to],
    ...(profile === undefined ? {} : { profile }),
    title: `The path from \`${from}\` to the outside through \`${to}\` ${state}`,
    severity: "high",
    area: "flow",
    current_behavior: now,
    ideal: "The path is cut, or a person decides.",
    resolved_by: "Cut the path with grants or profiles, or move it to `flow.hold`.",
    references: ["OWASP MCP06"],
    evidence: configured("flow.accept"),
    operator: {
      title: `Path \`${path}\` from private data to the outside ${state}`,
      current_behavior: `${now} The reason given: ${reason}`,
    },
  });
}

/** One for every claim that was seen not to hold, and one where nobody has looked. */
function probeItems(run: ProbeRun | undefined): LiveItem[] {
  if (run) return run.results.filter(({ held }) => !held).map(escapedItem);
  return [
    liveItem({
      id: "GB-PROBES",
      title: "No attack on this release on this machine is known that still counts",
      severity: "low",
      area: "operation",
      current_behavior:
        "What holds a plugin in was tested where the release was made. Whether it holds here is not known beyond the seal's own probe.",
      ideal: "Hostile plugins try every claim on the machine that relies on it.",
      resolved_by:
        "Run `glovebox doctor` where glovebox.yaml is: what held counts for 30 days, for this release and the isolation of plugins that it was tried with. A server that is asked tells of its own runs, with the section `probes`.",
      evidence: [{ kind: "probe", what: "no run that counts" }],
    }),
  ];
}

function escapedItem({ id, ring, claim, says }: ProbeResult): LiveItem {
  return liveItem({
    id: `GB-PROBE-${id}`,
    title: `It does not hold on this machine: ${claim}`,
    severity: "critical",
    ring,
    area: ring === 0 ? "supply" : ring === 2 ? "capabilities" : ring === null ? "audit" : "sandbox",
    current_behavior: "A hostile plugin did it here, or the claim could not be tried.",
    ideal: "It holds.",
    resolved_by:
      "Stop serving. Run `glovebox doctor` again, and report what it shows as a vulnerability.",
    references: ["OWASP MCP05"],
    evidence: [{ kind: "probe", what: `${id}: not held` }],
    operator: { evidence: [{ kind: "probe", what: `${id}: not held: ${says}` }] },
  });
}
