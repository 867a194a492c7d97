import type { AcceptedPath } from "../policy/flow/policy.ts";
import type { Waiver } from "../policy/configuration.ts";
import { isSealed } from "../policy/gates/decide-start.ts";
import type { Measure, Seal } from "../sandbox/sandbox.ts";
import type { DebtItem } from "./items.ts";
import type { Posture, PostureOfPlugin } from "./report.ts";

/**
 * Items that the configuration or the machine brings: a missing ring, a waiver, an unsigned plugin, what a grant means.
 * Their ids name what they are about, so that they stay the same when something else comes or goes.
 */
export function postureItems(posture: Posture): DebtItem[] {
  return [
    ...(isSealed(posture.seal) ? [] : [sealItem(posture.seal)]),
    ...posture.seal.measures
      .filter(({ name, inForce }) => name === "cgroup" && !inForce)
      .map(cgroupItem),
    ...posture.waivers.map(waiverItem),
    ...(posture.acceptedPaths ?? []).map(acceptedItem),
    ...posture.plugins.filter((plugin) => !plugin.signed).map(unsignedItem),
    ...posture.plugins
      .filter((plugin) => plugin.grants.some((grant) => grant.sends))
      .map(sendingItem),
    ...(posture.countsAloneWhenAway === true ? [LIMITS_AWAY] : []),
  ];
}

const LIMITS_AWAY: DebtItem = {
  id: "GB-LIMITS-AWAY",
  title: "While the shared store is away, each replica counts callers for itself",
  status: "open",
  severity: "medium",
  since: "0.2.0",
  ring: null,
  area: "limits",
  current_behavior:
    "Calls are let in while the store does not answer. A caller then has the limits once for each replica, and anew at each of its starts.",
  ideal: "No call is let in whose limits nobody can check.",
  resolved_by: "Write `when_away: refuse`, or leave it out.",
  references: ["OWASP MCP10"],
  evidence: [{ kind: "configuration", what: "server.rate.when_away" }],
};

function sealItem({ name, allowed, denied }: Seal): DebtItem {
  return {
    id: "GB-SEAL",
    title: "The operating system's seal is not in force on this machine",
    status: "open",
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
            ? `allowed: ${allowed.join(", ")}`
            : denied.length > 0
              ? `${name}: ${denied.length} attempts denied, on a form that is untested on hardware`
              : "nothing was seen denied",
      },
    ],
  };
}

function cgroupItem({ says }: Measure): DebtItem {
  return {
    id: "GB-CGROUP",
    title: "No cgroup bounds a runner on this machine",
    status: "open",
    severity: "low",
    since: "0.2.0",
    ring: 5,
    area: "sandbox",
    current_behavior:
      "A runner's memory is bounded by RLIMIT_DATA and by a watchdog that looks every 20 ms; native code can pass the first and race the second.",
    ideal: "The kernel bounds each runner by memory.max and pids.max.",
    resolved_by:
      "Give the broker a cgroup of its own: a systemd unit with Delegate=yes and DelegateSubgroup=broker.",
    references: [],
    evidence: [{ kind: "probe", what: says }],
  };
}

function waiverItem({ gate, until }: Waiver): DebtItem {
  return {
    id: `GB-WAIVER-${gate}`,
    title: `Gate \`${gate}\` is waived until ${until}`,
    status: "open",
    severity: "high",
    since: "0.1.0",
    ring: null,
    area: "operation",
    current_behavior:
      "Until the end of that day the gate does not refuse; after it, production does not start.",
    ideal: "No waiver.",
    resolved_by: "Close the gap that the waiver names and remove it from the configuration.",
    references: [],
    evidence: [{ kind: "configuration", what: "waivers" }],
  };
}

function acceptedItem({ path, until }: AcceptedPath): DebtItem {
  return {
    id: `GB-FLOW-${path.replace("/", "-has-").replace(">", "-to-")}`,
    title: `Path \`${path}\` from private data to the outside is accepted until ${until}`,
    status: "open",
    severity: "high",
    since: "0.2.0",
    ring: null,
    area: "flow",
    current_behavior:
      "Until the end of that day nobody is asked before data leaves on it, whatever the conversation has read; after it, a person is asked, and production does not start.",
    ideal: "The path is cut, or a person decides.",
    resolved_by: "Cut the path with grants or profiles, or move it to `flow.hold`.",
    references: ["OWASP MCP06"],
    evidence: [{ kind: "configuration", what: "flow.accept" }],
  };
}

function unsignedItem({ alias }: PostureOfPlugin): DebtItem {
  return {
    id: `GB-UNSIGNED-${alias}`,
    title: `Plugin \`${alias}\` runs unsigned`,
    status: "open",
    severity: "high",
    since: "0.1.0",
    ring: 0,
    area: "supply",
    current_behavior: "It is pinned by digest, but nobody vouches for it.",
    ideal: "Every plugin is signed by a key that the operator trusts.",
    resolved_by: "Sign it and remove `unsigned: true`.",
    references: ["OWASP MCP04"],
    evidence: [{ kind: "configuration", what: `plugins.${alias}.unsigned` }],
  };
}

function sendingItem({ alias }: PostureOfPlugin): DebtItem {
  return {
    id: `GB-SENDS-${alias}`,
    title: `Plugin \`${alias}\` can send what it is given to other machines`,
    status: "monitoring",
    severity: "medium",
    since: "0.1.0",
    ring: 2,
    area: "capabilities",
    current_behavior:
      "Arguments and anything else that the plugin can read may leave through its granted hosts.",
    ideal: "Only plugins that must reach the network may.",
    resolved_by: "Remove the grant, or accept it.",
    references: ["OWASP MCP10"],
    evidence: [{ kind: "configuration", what: `plugins.${alias}.grants.http` }],
  };
}
