// Nothing stands in README.md and THREAT_MODEL.md that nothing shows: see test/claims. Reads texts alone: about 0.3 s.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { countClaims, type Accounted } from "../../helpers/count-claims.ts";
import { README_CLAIMLESS, README_CLAIMS, README_GENERATED } from "../../claims/readme.ts";
import {
  THREAT_MODEL_CLAIMLESS,
  THREAT_MODEL_CLAIMS,
  THREAT_MODEL_GENERATED,
} from "../../claims/threat-model.ts";

const README: Accounted = {
  name: "README.md",
  markdown: readFileSync("README.md", "utf8"),
  claims: README_CLAIMS,
  claimless: README_CLAIMLESS,
  titles: [
    "| capability | without a grant | with it | how to grant |",
    "| kept | with `encryption` | after `tenant erase` |",
    "| `glovebox audit verify` finds | and cannot find |",
    "What is not protected",
  ],
  generated: README_GENERATED,
};
const THREAT_MODEL: Accounted = {
  name: "THREAT_MODEL.md",
  markdown: readFileSync("THREAT_MODEL.md", "utf8"),
  claims: THREAT_MODEL_CLAIMS,
  claimless: THREAT_MODEL_CLAIMLESS,
  titles: ["STRIDE at each boundary"],
  generated: THREAT_MODEL_GENERATED,
};

test("every claim of README.md and THREAT_MODEL.md has evidence that is there", () => {
  const { claims, withoutEvidence, problems } = countClaims([README, THREAT_MODEL]);
  console.error(
    `README.md and THREAT_MODEL.md: ${claims} claims, ${withoutEvidence.length} without evidence`,
  );
  assert.ok(claims > 600, String(claims));
  assert.deepEqual([...withoutEvidence, ...problems], []);
});

test("each of these changes is found", () => {
  const [first = ""] = Object.keys(README.claims);
  const [lead = ""] = README.claimless;
  const { [first]: evidence = [], ...others } = README.claims;
  const withLine = (line: string): Partial<Accounted> => ({
    markdown: `${README.markdown}\n${line}\n`,
  });
  const called = (line: string): Partial<Accounted> => ({
    ...withLine(line),
    claimless: [...README.claimless, line],
  });
  const changes: Readonly<Record<string, Partial<Accounted>>> = {
    "a claim whose evidence was dropped": { claims: others },
    "a claim with no evidence in its list": { claims: { ...others, [first]: [] } },
    "a claim by a test that is not there": {
      claims: { ...others, [first]: ["test/unit/no.test.ts"] },
    },
    "a claim by a title that no test has": {
      claims: { ...others, [first]: ["test/unit/house.test.ts#no such title"] },
    },
    "a claim by a probe that is not there": { claims: { ...others, [first]: ["probe:no.such"] } },
    "a figure by a command that is not there": { claims: { ...others, [first]: ["npm run none"] } },
    "evidence in words": { claims: { ...others, [first]: ["everybody knows it"] } },
    "a new sentence": withLine("The plugin is sealed."),
    "a new entry of a list": withLine("* It is sealed."),
    "a new row of a table": {
      markdown: README.markdown.replace("| 4 | Node's", "| 6 | A moat | all |\n| 4 | Node's"),
    },
    "a sentence behind another one": {
      markdown: README.markdown.replace(first, `${first} It is sealed.`),
    },
    "a claim of which one figure changed": {
      markdown: README.markdown.replace("`body` (4MiB)", "`body` (8MiB)"),
    },
    "a new sentence that is called claimless and promises": called("A plugin never reaches it."),
    "a new sentence that is called claimless and has a figure": called("It takes about 5 ms."),
    "a promise that begins as advice does not": called("Nobody else can read it."),
    "a claim that is called claimless as well": { claimless: [...README.claimless, first] },
    "a claim that the document does not make any more": {
      markdown: README.markdown.replace(first, ""),
    },
    "a claimless line that is gone": { markdown: README.markdown.replace(lead, "") },
    "claims hidden between markers": {
      markdown: `${README.markdown}\n<!-- more -->\n| a |\n|---|\n| It is sealed |\n<!-- /more -->\n`,
    },
    "a generated table that nothing holds": { generated: {} },
    "claims between the markers of a table, a second time": {
      markdown: `${README.markdown}\n<!-- limits -->\nIt is sealed.\n<!-- /limits -->\n`,
    },
    "a promise in a heading": withLine("## No plugin gets out"),
    "a promise in the header of a table": withLine("| Nothing gets out |\n|---|"),
    "a promise in what only looks like a header": withLine("Nobody else can read it.\n|---|---|"),
  };
  assert.ok(evidence.length > 0 && lead !== "");
  for (const [what, change] of Object.entries(changes)) {
    const changed = { ...README, ...change };
    const { withoutEvidence, problems } = countClaims([changed]);
    assert.ok(withoutEvidence.length + problems.length > 0, what);
  }
});
