import type { Hit, Rule, Subject } from "../rule.ts";

const WEIGHTS = { high: 4, medium: 2, low: 1 } as const;
const GRAVE_SUM = 4;

/** Several weak signs of different kinds in one tool are a strong one. */
export function makeCombinedRule(rules: readonly Rule[]): Rule {
  return {
    id: "combined",
    severity: "high",
    title: "Several weak signs together",
    references: ["OWASP MCP03"],
    *find(subject) {
      const signs = rules.flatMap((rule) => gravestOf(rule, subject));
      if (signs.some(({ weight }) => weight === WEIGHTS.high)) return;
      const sum = signs.reduce((total, { weight }) => total + weight, 0);
      if (sum < GRAVE_SUM || signs.length < 2) return;
      const names = signs.map(({ id }) => id).join(", ");
      yield {
        where: signs[0]?.where ?? "",
        why: `Weak by themselves, together they tell: ${names}.`,
      };
    },
  };
}

function gravestOf(
  rule: Rule,
  subject: Subject,
): readonly { readonly id: string; readonly weight: number; readonly where: string }[] {
  let best: { readonly id: string; readonly weight: number; readonly where: string } | undefined;
  for (const hit of firstOf(rule.find(subject))) {
    const weight = WEIGHTS[hit.severity ?? rule.severity];
    if (best === undefined || weight > best.weight)
      best = { id: rule.id, weight, where: hit.where };
  }
  return best === undefined ? [] : [best];
}

function* firstOf(hits: Iterable<Hit>): Iterable<Hit> {
  let left = 20;
  for (const hit of hits) {
    yield hit;
    if (--left === 0) return;
  }
}
