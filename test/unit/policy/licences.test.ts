import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isLicenceAllowed } from "../../../runtime/policy/licences.ts";

const POLICY = {
  allow: ["Apache-2.0", "MIT", "GPL-2.0-only WITH Classpath-exception-2.0"],
  otherwise: "refuse",
} as const;

describe("a licence", () => {
  const cases: readonly (readonly [expression: string, allowed: boolean])[] = [
    ["MIT", true],
    ["mit", true],
    ["GPL-3.0-only", false],
    ["MIT OR GPL-3.0-only", true],
    ["GPL-3.0-only OR MIT", true],
    ["MIT AND GPL-3.0-only", false],
    ["MIT AND Apache-2.0", true],
    // AND binds more closely than OR.
    ["GPL-3.0-only AND MIT OR Apache-2.0", true],
    ["MIT AND GPL-3.0-only OR GPL-2.0-only", false],
    ["GPL-2.0-only WITH Classpath-exception-2.0", true],
    ["GPL-2.0-only", false],
    ["MIT WITH Classpath-exception-2.0", false],
    ["Apache-2.0+", false],
    ["MIT-0", false],
    ["X-MIT", false],
    ["OR MIT", false],
    ["MIT AND OR MIT", true],
  ];
  for (const [expression, allowed] of cases)
    it(`${JSON.stringify(expression)} is ${allowed ? "allowed" : "not allowed"}`, () =>
      assert.equal(isLicenceAllowed(expression, POLICY), allowed));
});
