// `npm run test:escape`: every attack by name and what stopped it. See HELP.
import { parseArgs } from "node:util";
import { FAMILIES, selectAttacks } from "./families.ts";
import { faultOf, hasEscaped, runSuite, type Result, type Summary } from "./run.ts";

const HELP = `npm run test:escape [-- [FILTER] [--json] [--unsealed]]

FILTER      part of a family, of an attack's name, or the id of a threat (T13)
--json      one object
--unsealed  take every protection away: the attacks get through, which shows that the suite can fail

families: ${FAMILIES.map(({ name }) => name).join(", ")}`;

const { values, positionals } = parseArgs({
  options: {
    help: { type: "boolean" },
    json: { type: "boolean" },
    unsealed: { type: "boolean" },
  },
  allowPositionals: true,
});
const filter = positionals.join(" ");
if (values.help === true || selectAttacks(filter).length === 0) {
  console.log(
    values.help === true ? HELP : `no attack is called ${JSON.stringify(filter)}\n\n${HELP}`,
  );
  process.exit(values.help === true ? 0 : 2);
}
// The canaries are queues and shared memory of the machine: whoever interrupts the run is not left with them.
const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(name, () => interrupted.abort());

const summary = await runSuite({
  filter,
  unsealed: values.unsealed === true,
  signal: interrupted.signal,
  ...(values.json === true ? {} : { onResult: (result) => console.log(lineOf(result)) }),
});
if (interrupted.signal.aborted) {
  console.error("interrupted: this says nothing");
  process.exit(130);
}
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
