// `npm run test:escape`: every attack by name and what stopped it. `-- FILTER` makes some of them, `-- --json` gives one
// object, `-- --unsealed` shows that the suite can fail: every protection is taken away, and the attacks get through.
import { parseArgs } from "node:util";
import { faultOf, hasEscaped, runSuite, type Result, type Summary } from "./run.ts";

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean" }, unsealed: { type: "boolean" } },
  allowPositionals: true,
});

const summary = await runSuite({
  filter: positionals.join(" "),
  unsealed: values.unsealed === true,
  ...(values.json === true ? {} : { onResult: (result) => console.log(lineOf(result)) }),
});
if (values.json === true) console.log(JSON.stringify(summary, undefined, 2));
else for (const line of closingLines(summary)) console.log(line);
const failed = summary.escapes > 0 || summary.broken > 0 || summary.attacks === 0;
process.exit(failed ? 1 : 0);

function lineOf(result: Result): string {
  const fault = faultOf(result);
  const { unsealed, ...guarded } = result.verdicts;
  const shown =
    Object.entries(guarded).length > 0
      ? Object.entries(guarded)
      : [["unsealed", unsealed] as const];
  const words = shown.map(([form, verdict]) =>
    verdict === undefined
      ? `${form}: nothing`
      : `${form}: ${"by" in verdict ? verdict.by : verdict.how}`,
  );
  const mark = hasEscaped(result) ? "ESCAPE" : fault === undefined ? "held  " : "BROKEN";
  return `${mark} ${result.family} ${result.threat}  ${result.name}\n         ${fault ?? [...new Set(words)].join("; ")}`;
}

function closingLines(summary: Summary): readonly string[] {
  const { forms, attacks, escapes, broken, native, withoutControl } = summary;
  const seals = forms.filter((form) => form !== "unsealed");
  return [
    "",
    `behind ${seals.length > 0 ? seals.join(" and ") : "nothing"}; each first made without any protection, where it must succeed, but for ${withoutControl}`,
    `${native.attacks} by native code in the runner's place, ${native.escapes} of them reached anything`,
    ...(broken > 0 ? [`${broken} attacks prove nothing`] : []),
    `${attacks} attacks, ${escapes} escapes`,
  ];
}
