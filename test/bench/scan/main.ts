// npm run bench:scan -- --corpora DIR [--json]: what the scanner finds and does not, by class, and how fast.
import path from "node:path";
import { parseArgs } from "node:util";
import { readCorpus, type PairRecord, type ToolRecord } from "./corpora.ts";
import {
  measureClasses,
  measureMegabytes,
  measurePairs,
  measureSpeed,
  type ScanReport,
} from "./measure.ts";
import { showScanReport } from "./show.ts";

const { values } = parseArgs({
  options: { corpora: { type: "string" }, json: { type: "boolean" } },
});
if (values.corpora === undefined) {
  console.error(
    "Where are the corpora? npm run bench:scan -- --corpora DIR\nDIR holds poisoned-tools.jsonl.gz, benign-tools.jsonl.gz and rugpull-pairs.jsonl.gz, as test/bench/README.md says.",
  );
  process.exit(2);
}
const folder = path.resolve(values.corpora);
const poisoned = readCorpus(folder, "poisoned-tools") as readonly ToolRecord[];
const benign = readCorpus(folder, "benign-tools") as readonly ToolRecord[];
const pairs = readCorpus(folder, "rugpull-pairs") as readonly PairRecord[];

// First, while nothing is compiled yet: a command that scans one list starts so too.
const megabytes = measureMegabytes(benign);
const report: ScanReport = {
  megabytes,
  classes: measureClasses([
    ...poisoned,
    ...benign.map((record) => ({ ...record, set: "popular servers" })),
  ]),
  pairs: measurePairs(pairs),
  speed: measureSpeed([...poisoned, ...benign]),
};
console.log(values.json === true ? JSON.stringify(report) : showScanReport(report));
