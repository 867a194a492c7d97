// npm run bench:filter -- --corpora DIR [--json]: what the filter of outputs finds and does not, by class, and how fast.
import path from "node:path";
import { parseArgs } from "node:util";
import { readCorpus } from "../scan/corpora.ts";
import { measureClasses, type OutputRecord } from "./classes.ts";
import { measureErrors, type ErrorRecord } from "./errors.ts";
import { measureAdversarial, measureBenign, measureSmall } from "./speed.ts";
import { showFilterReport, type FilterReport } from "./show.ts";

const { values } = parseArgs({
  options: { corpora: { type: "string" }, json: { type: "boolean" } },
});
if (values.corpora === undefined) {
  console.error(
    "Where are the corpora? npm run bench:filter -- --corpora DIR\nDIR holds secrets.jsonl.gz, injected-outputs.jsonl.gz, benign-outputs.jsonl.gz and error-messages.jsonl.gz, as test/bench/README.md says.",
  );
  process.exit(2);
}
const folder = path.resolve(values.corpora);
const read = (name: string) => readCorpus(folder, name) as readonly OutputRecord[];
const records = [...read("secrets"), ...read("injected-outputs"), ...read("benign-outputs")];
const benign = records.filter(({ label }) => label === "benign");

// First, while the least is compiled: the first answer of a server is filtered so too.
const adversarial = measureAdversarial(records);
const report: FilterReport = {
  adversarial,
  classes: measureClasses(records),
  errors: measureErrors(readCorpus(folder, "error-messages") as readonly ErrorRecord[]),
  benign: measureBenign(benign.map(({ text }) => text)),
  small: measureSmall(),
};
console.log(values.json === true ? JSON.stringify(report) : showFilterReport(report));
