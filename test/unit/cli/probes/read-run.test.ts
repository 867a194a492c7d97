// What a run said of itself is believed only where it says everything, once, and ended as that calls for.
import assert from "node:assert/strict";
import { it } from "node:test";
import { readRun } from "../../../../runtime/cli/probes/read-run.ts";
import { EXIT } from "../../../../runtime/errors.ts";

const PROBES = [
  { id: "a.one", ring: 2, claim: "One holds" },
  { id: "b.two", ring: null, claim: "Two holds" },
] as const;
const toldOf = (id: string, held = true) => ({ id, held, says: "so it was" });
const ONE = toldOf("a.one");
const TWO = toldOf("b.two");
const ended = (results: unknown, code: number | null = EXIT.done) =>
  readRun(
    { how: "ended", code, signal: null, stdout: JSON.stringify({ results }), stderr: "" },
    PROBES,
    1000,
  );

it("takes over what came of each claim, in the order of the probes, and no claim of others", () => {
  const { why, results } = ended([{ ...TWO, claim: "Nothing holds", ring: 5 }, ONE]);
  assert.equal(why, undefined);
  assert.deepEqual(
    results,
    PROBES.map((probe) => ({ ...probe, held: true, says: "so it was" })),
  );
  const broken = ended([ONE, toldOf("b.two", false)], EXIT.escaped);
  assert.deepEqual([broken.why, broken.results[1]?.held], [undefined, false]);
});

it("believes no run that leaves a claim out, says one twice, adds one, or ends otherwise", () => {
  for (const [results, code] of [
    [[], EXIT.done],
    [[ONE], EXIT.done],
    [[ONE, ONE], EXIT.done],
    [[ONE, TWO, TWO], EXIT.done],
    [[ONE, TWO, toldOf("c.three")], EXIT.done],
    [[ONE, toldOf("c.three")], EXIT.done],
    [[ONE, { ...TWO, held: "true" }], EXIT.done],
    [[ONE, { ...TWO, says: "" }], EXIT.done],
    [[ONE, null], EXIT.done],
    [{ length: 2 }, EXIT.done],
    [[ONE, TWO], EXIT.escaped],
    [[ONE, TWO], EXIT.failed],
    [[ONE, TWO], null],
    [[ONE, toldOf("b.two", false)], EXIT.done],
    [[ONE, toldOf("b.two", false)], EXIT.failed],
  ] as const) {
    const { why, results: read } = ended(results, code);
    assert.ok(why, JSON.stringify(results));
    assert.deepEqual(
      read.map(({ id, held }) => [id, held]),
      [["probes.run", false]],
    );
  }
});
