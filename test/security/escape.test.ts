// Every attack of `npm run test:escape`, behind every form of seal that this machine has, and first without any
// protection: an attack that cannot succeed proves nothing, and a suite that cannot fail proves less.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FAMILIES } from "../escape/families.ts";
import { faultOf, formsUnderTest, hasEscaped, runSuite, type Result } from "../escape/run.ts";

const ATTACKS_MIN = 150;
const WITHOUT_CONTROL_MAX = 30;
const attacks = FAMILIES.flatMap((family) => family.attacks);

function named(results: readonly Result[]): readonly string[] {
  return results.map((result) => `${result.name}: ${JSON.stringify(result.verdicts)}`);
}

test("every attack has a name of its own and acts out a threat of the threat model", () => {
  const threats = readFileSync("THREAT_MODEL.md", "utf8");
  assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length);
  for (const { name, threat } of attacks)
    assert.ok(threats.includes(`| ${threat} |`), `${name}: ${threat}`);
});

test("there are enough attacks, and few of them cannot be shown to succeed where nothing protects", () => {
  assert.ok(attacks.length >= ATTACKS_MIN);
  assert.ok(
    attacks.filter(({ withoutControl }) => withoutControl !== undefined).length <=
      WITHOUT_CONTROL_MAX,
  );
});

test("behind each form of seal nothing gets out, and without any protection everything does", async () => {
  const { forms, results, escapes } = await runSuite();
  assert.deepEqual(forms, ["unsealed", ...formsUnderTest()]);
  assert.ok(formsUnderTest().length > 0 || process.platform !== "linux");
  assert.deepEqual(named(results.filter(hasEscaped)), []);
  assert.deepEqual(named(results.filter((result) => faultOf(result) !== undefined)), []);
  assert.equal(escapes, 0);
  for (const { name, verdicts, withoutControl } of results) {
    assert.equal(
      Object.keys(verdicts).length,
      forms.length - (withoutControl === undefined ? 0 : 1),
      name,
    );
  }
});

test("the suite can fail: with every protection taken away it counts escapes", async () => {
  const { escapes, broken, attacks: made } = await runSuite({ filter: "read", unsealed: true });
  assert.ok(made > 40);
  assert.equal(broken, 0);
  assert.ok(escapes >= made - WITHOUT_CONTROL_MAX);
});
