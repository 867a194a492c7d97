import { compareSeverity } from "./finding.ts";
import type { GradedHit, Rule, Subject } from "./rule.ts";

/** Of one rule in one tool, the gravest. */
const HITS_PER_RULE_MAX = 4;

/** Runs each rule on `subject` once, and keeps its gravest hits, however many there are. */
export function makeRuleRunner(subject: Subject): (rule: Rule) => readonly GradedHit[] {
  const known = new Map<Rule, readonly GradedHit[]>();
  return (rule) => {
    const hits = known.get(rule) ?? runRule(rule, subject);
    known.set(rule, hits);
    return hits;
  };
}

function runRule(rule: Rule, subject: Subject): readonly GradedHit[] {
  let gravest: readonly GradedHit[] = [];
  for (const hit of rule.find(subject)) {
    const graded = { ...hit, severity: hit.severity ?? rule.severity };
    const last = gravest.at(-1);
    const isFull = gravest.length === HITS_PER_RULE_MAX && last !== undefined;
    if (isFull && compareSeverity(graded.severity, last.severity) >= 0) continue;
    gravest = [...gravest, graded]
      .toSorted((left, right) => compareSeverity(left.severity, right.severity))
      .slice(0, HITS_PER_RULE_MAX);
  }
  return gravest;
}
