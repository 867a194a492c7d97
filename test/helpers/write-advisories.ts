// Asks what is known against the versions that the lockfile pins, and writes `runtime/debt/advisories.json`: `npm run
// advisories`. A source that does not answer keeps its entries and its day, and the exit says so. What the machine brings
// (bubblewrap) is written by hand and kept; give `--system` once its projects' announcements were read.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  PACKAGE_KINDS,
  parseAdvisories,
  type Advisory,
  type PackageKind,
} from "../../runtime/debt/advisories.ts";
import { readAudit, readNodeIndex } from "./advisory-sources.ts";
import { packagesOf } from "./packages-in-use.ts";

const ROOT = join(import.meta.dirname, "../..");
const FILE = join(ROOT, "runtime/debt/advisories.json");
const NODE_INDEX = "https://raw.githubusercontent.com/nodejs/security-wg/main/vuln/core/index.json";
const ASK_MS_MAX = 60_000;

type Ask = () => Promise<readonly Advisory[]> | readonly Advisory[];

const known = parseAdvisories(readFileSync(FILE));
const today = new Date().toISOString().slice(0, 10);

const ASK: Readonly<Record<PackageKind, Ask>> = {
  npm: askNpm,
  node: askNode,
  system() {
    if (!process.argv.includes("--system")) throw new Error("not read anew (`--system` says so)");
    return known.advisories.filter(({ kind }) => kind === "system");
  },
};

/** `npm audit` leaves with 1 where it found something. Only what is shipped counts. */
function askNpm(): readonly Advisory[] {
  const shipped = new Set(
    packagesOf(readFileSync(join(ROOT, "package-lock.json"), "utf8")).map(([name]) => name),
  );
  const { stdout } = spawnSync("npm", ["audit", "--json"], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: ASK_MS_MAX,
    maxBuffer: 64 * 1024 * 1024,
  });
  return readAudit(stdout).filter(({ name }) => shipped.has(name));
}

async function askNode(): Promise<readonly Advisory[]> {
  const response = await fetch(NODE_INDEX, { signal: AbortSignal.timeout(ASK_MS_MAX) });
  if (!response.ok) throw new Error(`the index answers ${response.status}`);
  return readNodeIndex(await response.text());
}

const found: Advisory[] = [];
const sources = [];
for (const source of known.sources) {
  const { kind } = source;
  try {
    found.push(...(await ASK[kind]()));
    sources.push({ ...source, asked: today });
  } catch (error) {
    found.push(...known.advisories.filter((advisory) => advisory.kind === kind));
    sources.push(source);
    process.exitCode = 1;
    console.error(
      `${kind}: ${error instanceof Error ? error.message : String(error)}; kept as of ${source.asked ?? "never"}`,
    );
  }
}
const order = (advisory: Advisory): string =>
  `${PACKAGE_KINDS.indexOf(advisory.kind)} ${advisory.name} ${advisory.id}`;
const advisories = found.toSorted((left, right) => (order(left) < order(right) ? -1 : 1));
const text = JSON.stringify({ advisories_version: 1, sources, advisories }, null, 2);
parseAdvisories(text);
writeFileSync(FILE, `${text}\n`);
spawnSync("oxfmt", [FILE]);
