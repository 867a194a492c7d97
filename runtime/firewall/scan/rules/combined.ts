import type { Rule } from "../rule.ts";

const WEIGHTS = { high: 4, medium: 2, low: 1 } as const;
const GRAVE_SUM = 4;

/** Several weak signs of different kinds in one tool are a strong one. */
export function makeCombinedRule(rules: readonly Rule[]): Rule {
  return {
    id: "combined",
    severity: "high",
    title: "Several weak signs together",
    references: ["OWASP MCP03"],
    *find({ hitsOf }) {
      const signs = rules.flatMap((rule) => {
        const [gravest] = hitsOf(rule);
        return gravest === undefined ? [] : [{ id: rule.id, ...gravest }];
      });
      // What is grave by itself is told by itself.
      if (signs.some(({ severity }) => severity === "high")) return;
      const sum = signs.reduce((total, { severity }) => total + WEIGHTS[severity], 0);
      if (sum < GRAVE_SUM || signs.length < 2) return;
      const names = signs.map(({ id }) => id).join(", ");
      const where = signs[0]?.where ?? "";
      yield { where, why: `Weak by themselves, together these tell: ${names}.` };
    },
  };
}
