import type { SelfAttack } from "./attack-itself.ts";
import type { Mutation } from "./mutation.ts";

/** Why a mutation does not count as caught; undefined where it does. */
export function decideMissed(
  { red: expected }: Pick<Mutation, "red">,
  { exit, probes, red, failed, reported, stderr }: SelfAttack,
): string | undefined {
  if (probes.length === 0)
    return `doctor ended with ${exit} and no result: ${stderr.trim().slice(0, 300)}`;
  const unexpected = red.filter((id) => !expected.includes(id));
  const green = expected.filter((id) => !red.includes(id));
  if (red.length === 0) return "every probe is green";
  if (unexpected.length > 0)
    return `red, and nobody said why: ${unexpected.join(", ")} (${saidOf(probes, unexpected)})`;
  if (green.length > 0) return `green, though it must turn red: ${green.join(", ")}`;
  if (exit !== 1) return `the exit code is ${exit}`;
  const unsaid = red.filter(
    (id) => id !== "seal" && !failed.some((line) => line.includes(`${id}: `)),
  );
  if (unsaid.length > 0) return `doctor's table does not say: ${unsaid.join(", ")}`;
  const items = red.map((id) => (id === "seal" ? "GB-SEAL" : `GB-PROBE-${id}`));
  const unreported = items.filter((id) => !reported.includes(id));
  return unreported.length > 0 ? `the debt report lacks: ${unreported.join(", ")}` : undefined;
}

/** The same for the copy in which nothing was changed: whoever is red there says nothing about a mutation. */
export function decideUnsound({ exit, probes, red, stderr }: SelfAttack): string | undefined {
  if (probes.length === 0)
    return `doctor ended with ${exit} and no result: ${stderr.trim().slice(0, 300)}`;
  if (red.length > 0) {
    return `red without any mutation: ${red.join(", ")} (${saidOf(probes, red)})`;
  }
  return exit === 0 ? undefined : `the exit code is ${exit} without any mutation`;
}

function saidOf(probes: SelfAttack["probes"], ids: readonly string[]): string {
  return probes
    .filter(({ id }) => ids.includes(id))
    .map(({ says }) => says)
    .join("; ");
}
