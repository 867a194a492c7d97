import type { Verdict } from "../../debt/probe-result.ts";
import type { RunnerAttack } from "../../sandbox/hostile/attacks.ts";
import { escaped, held, type Probe } from "./probe.ts";

const BREACH = "ERR_CHANNEL_BREACH";

/** Rings 3 and 5: what holds when an engine's bug has given native code a runner's place. */
export const RUNNER_PROBES: readonly Probe[] = [
  taken(
    "runner.other-call",
    "A runner answers no other call than its own",
    "answer for another call",
    BREACH,
  ),
  taken(
    "runner.sequence",
    "A runner asks the host one thing after the other",
    "ask out of sequence",
    BREACH,
  ),
  taken(
    "runner.unknown-operation",
    "A runner asks for nothing that nobody serves",
    "ask for what does not exist",
    BREACH,
  ),
  taken(
    "runner.not-granted",
    "A runner is refused what its plugin was not granted, whatever it says",
    "ask for what is not granted",
    "not-permitted",
    ["T09", "T40"],
  ),
  taken(
    "runner.message",
    "A message of a runner holds what belongs there, and nothing else",
    "say more than a message holds",
    BREACH,
  ),
  taken(
    "runner.large-frame",
    "A message of a runner ends at its size",
    "announce too much",
    BREACH,
  ),
  taken("runner.out-of-turn", "A runner speaks when it was asked", "speak out of turn", BREACH),
  taken(
    "runner.flood",
    "What a runner says on the side ends at its limit",
    "flood",
    "ERR_CALL_LOG",
    ["T11"],
  ),
  taken(
    "runner.memory",
    "A runner whose own memory grows beyond its limit is ended",
    "hoard memory",
    "ERR_CALL_MEMORY",
    ["T11"],
  ),
  taken(
    "runner.outlive",
    "A runner that does not end is ended, and its process is gone",
    "stay",
    "ERR_CALL_DEADLINE",
    ["T22"],
  ),
  // debt("GB-075"): of the layers inside it, several deny the same.
  {
    id: "seal.outer",
    ring: 5,
    claim: "The outer layer of the seal holds by itself, before the runner has tightened it",
    threats: ["T10"],
    async attempt({ machine, seal }): Promise<Verdict> {
      const through = await machine.probeOuter(seal);
      // That the seal is missing is said by `doctor` and by the gates; there is nothing here to try.
      if (through === undefined) return held("there is no such layer here");
      if (typeof through === "string") return escaped(through);
      return through.length === 0
        ? held("nothing got out but what it is known to leave to the runner")
        : escaped(`not denied: ${through.slice(0, 3).join(", ")}`);
    },
  },
];

function taken(
  id: string,
  claim: string,
  attack: RunnerAttack,
  expected: string,
  threats: readonly string[] = ["T09"],
): Probe {
  return {
    id,
    ring: 3,
    claim,
    threats,
    async attempt({ machine, seal }): Promise<Verdict> {
      const { ended, gone } = await machine.attackAsRunner(attack, seal);
      if (ended !== expected) return escaped(`ended with: ${JSON.stringify(ended)}`);
      return gone ? held(`ended: ${expected}`) : escaped("its process was still there");
    },
  };
}
