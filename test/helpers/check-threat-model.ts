// What is wrong with a threat model, in words. Data in, so that a test can show that each check fails.
import type { Probe } from "../../runtime/cli/probes/probe.ts";
import type { DebtItem } from "../../runtime/debt/items.ts";
import type { Answer } from "../threat-model/answers.ts";
import { BOUNDARIES, type BoundaryId } from "../threat-model/boundaries.ts";
import type { QUIET_CELLS } from "../threat-model/quiet-cells.ts";
import type { ACTORS, ASSETS, TRUST, VERDICTS } from "../threat-model/statements.ts";
import { STRIDE, type Threat } from "../threat-model/threat.ts";
import { missingFrom } from "./evidence.ts";

/** Everything that the document is made from. */
export interface ThreatModel {
  readonly threats: readonly Threat[];
  readonly probes: readonly Pick<Probe, "id" | "threats">[];
  readonly items: readonly DebtItem[];
  readonly answers: readonly Answer[];
  readonly assets: typeof ASSETS;
  readonly actors: typeof ACTORS;
  readonly trust: typeof TRUST;
  readonly verdicts: typeof VERDICTS;
  readonly quiet: typeof QUIET_CELLS;
}

/** Every problem of a model, each with the line that has it. None is a model in which every line is held by something. */
export function findProblems(model: ThreatModel): string[] {
  return [
    ...problemsOfThreats(model),
    ...problemsOfCells(model),
    ...problemsOfAnswers(model),
    ...problemsOfStatements(model),
    ...problemsOfItems(model),
  ];
}

function problemsOfThreats({ threats, probes, items }: ThreatModel): string[] {
  const unknownThreats = probes.flatMap(({ id, threats: named }) =>
    named
      .filter((name) => !threats.some((threat) => threat.id === name))
      .map((name) => `probe ${id}: no threat ${name}`),
  );
  const unthreatened = probes
    .filter(({ threats: named }) => named.length === 0)
    .map(({ id }) => `probe ${id}: for no threat`);
  return [
    ...unknownThreats,
    ...unthreatened,
    ...threats.flatMap((threat, index) => [
      ...(threat.id === `T${String(index + 1).padStart(2, "0")}`
        ? []
        : [`${threat.id}: out of its order`]),
      ...(threat.tests.length > 0 || probes.some((probe) => probe.threats.includes(threat.id))
        ? []
        : [`${threat.id}: no test and no probe`]),
      ...threat.tests.flatMap((evidence) => problem(threat.id, missingFrom(evidence))),
      ...(threat.threat.length > 0 && threat.heldBy.length > 0
        ? []
        : [`${threat.id}: says too little`]),
      ...(Object.keys(threat.at).length > 0 ? [] : [`${threat.id}: at no boundary`]),
      ...Object.entries(threat.at).flatMap(([boundary, letters]) =>
        Object.hasOwn(BOUNDARIES, boundary) && /^[STRIDE]+$/.test(letters)
          ? []
          : [`${threat.id}: ${boundary} ${letters}`],
      ),
      ...problemsOfLeft(threat.id, threat.left ?? [], items),
    ]),
  ];
}

function problemsOfCells({ threats, quiet }: ThreatModel): string[] {
  return (Object.keys(BOUNDARIES) as BoundaryId[]).flatMap((boundary) =>
    STRIDE.flatMap((letter) => {
      const isThreatened = threats.some(({ at }) => at[boundary]?.includes(letter));
      const isQuiet = (quiet[boundary]?.[letter] ?? "") !== "";
      if (isThreatened && isQuiet)
        return [`${boundary} ${letter}: has a threat and a reason for none`];
      return isThreatened || isQuiet ? [] : [`${boundary} ${letter}: neither threat nor reason`];
    }),
  );
}

function problemsOfAnswers({ answers, threats, items }: ThreatModel): string[] {
  return answers.flatMap(({ id, answer, threats: named, left }) => [
    ...unknown(id, named, threats),
    ...problemsOfLeft(id, left, items),
    ...(answer === "yes" && left.length > 0 ? [`${id}: yes, and something is left`] : []),
    ...(answer !== "yes" && left.length === 0 ? [`${id}: ${answer}, and no item says why`] : []),
    ...(answer !== "no" && named.length === 0 ? [`${id}: ${answer} by nothing`] : []),
  ]);
}

function problemsOfStatements({
  assets,
  actors,
  trust,
  verdicts,
  threats,
  items,
}: ThreatModel): string[] {
  return [
    ...[
      ...assets.map(({ asset, threats: named }) => [asset, named] as const),
      ...actors.map(({ actor, threats: named }) => [actor, named] as const),
      ...trust
        .filter(({ isTrusted }) => !isTrusted)
        .map(({ part, threats: named }) => [part, named] as const),
    ].flatMap(([row, named]) => [
      ...unknown(row, named, threats),
      ...(named.length > 0 ? [] : [`${row}: no threat`]),
    ]),
    ...trust.flatMap(({ part, threats: named }) => unknown(part, named, threats)),
    ...verdicts.flatMap(({ finding, isOne, by }) => [
      ...(by.length > 0 ? [] : [`${finding}: by nothing`]),
      ...by
        .filter(
          (id) =>
            !(isOne
              ? threats.some((threat) => threat.id === id)
              : items.some((item) => item.id === id)),
        )
        .map((id) => `${finding}: no ${isOne ? "threat" : "item"} ${id}`),
    ]),
  ];
}

/** A gap that is closed has what shows it. */
function problemsOfItems({ items }: ThreatModel): string[] {
  return items
    .filter(({ status }) => status === "resolved")
    .flatMap(({ id, evidence }) => {
      const shown = evidence.filter(({ kind }) => kind !== "configuration");
      return shown.length === 0
        ? [`${id}: resolved without a test or a probe`]
        : shown
            .filter(({ kind }) => kind === "test")
            .flatMap(({ what }) => problem(id, missingFrom(what)));
    });
}

function problemsOfLeft(
  row: string,
  left: readonly string[],
  items: readonly DebtItem[],
): string[] {
  return left.flatMap((id) => {
    const item = items.find((known) => known.id === id);
    if (item === undefined) return [`${row}: no item ${id}`];
    return item.status === "resolved" ? [`${row}: ${id} is resolved, and not left`] : [];
  });
}

function unknown(row: string, named: readonly string[], threats: readonly Threat[]): string[] {
  return named
    .filter((name) => !threats.some(({ id }) => id === name))
    .map((name) => `${row}: no threat ${name}`);
}

function problem(row: string, missing: string | null): string[] {
  return missing === null ? [] : [`${row}: ${missing}`];
}
