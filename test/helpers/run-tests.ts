// Runs every test file. CI must be able to test everything; elsewhere what the machine lacks is named.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { text } from "node:stream/consumers";

const FOLDERS = ["unit", "security", "advisories", "conformance", "e2e", "supply"];
const onPath = (program: string): boolean =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(`${folder}/${program}`));

/** What `npm test` checks beside the tests: neither waits for the other, and both are told. */
const CHECK = "--check";
/** Prints which files took most processor time. */
const SLOWEST = "--slowest";
const SLOWEST_SHOWN = 40;
/** One more than the cores that CI has: many tests wait for a process, a clock or a disk. */
const CONCURRENCY = 3;

const words = process.argv.slice(2);
const wanted = words.filter((word) => word !== CHECK && word !== SLOWEST);
const files = [
  ...FOLDERS.flatMap((folder) => globSync(`test/${folder}/**/*.test.ts`)),
  ...globSync("plugins/*/test/**/*.test.ts"),
  ...globSync("sdk-guest/test/**/*.test.ts"),
]
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .toSorted();

/** What CI must have: `what` is what is not tested where the program is missing. */
const PROGRAMS = [
  { program: "bwrap", package: "bubblewrap", what: "its form of the seal" },
  { program: "clang", package: "clang", what: "the guest in C" },
  { program: "wasm-ld", package: "lld", what: "the guest in C" },
  { program: "minisign", package: "minisign", what: "its own signatures against ours" },
  {
    program: "docker-registry",
    package: "docker-registry",
    what: "publishing to a real registry and adding from it",
  },
  { program: "redis-server", package: "redis-server", what: "what replicas share" },
  { program: "softhsm2-util", package: "softhsm2", what: "keys in a PKCS #11 token" },
];
const missing = PROGRAMS.filter(({ program }) => !onPath(program));
for (const { package: name, what } of missing)
  console.log(`${name} is not installed, so ${what} is not tested here; CI tests it.`);
if (missing.length > 0 && process.env["CI"] === "true") {
  console.error(
    `CI must test everything: install ${missing.map((one) => one.package).join(", ")}.`,
  );
  process.exit(1);
}
const checked = words.includes(CHECK) ? runCheck() : undefined;
const costs = words.includes(SLOWEST) ? join(mkdtempSync(join(tmpdir(), "costs-")), "costs") : "";
const tests = spawn(
  process.execPath,
  [
    "--import=./test/helpers/before-tests.mjs",
    "--test",
    "--test-reporter=./test/helpers/reporter.mjs",
    `--test-concurrency=${CONCURRENCY}`,
    ...files,
  ],
  {
    stdio: "inherit",
    env: { ...process.env, NODE_NO_WARNINGS: "1", ...(costs && { GLOVEBOX_TEST_COSTS: costs }) },
  },
);
const [status] = (await once(tests, "close")) as [number | null];
if (costs) printSlowest(costs);
const check = await checked;
if (check) console.log(check.said);
process.exitCode = status || (check?.status ?? 0);

/** Types, lint and format. What it says is kept until the tests have said theirs. */
async function runCheck(): Promise<{ readonly status: number; readonly said: string }> {
  const child = spawn(process.execPath, ["--run", "check"], { stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close") as Promise<[number | null]>;
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  return {
    status: code ?? 1,
    said: `${out}${err}${code === 0 ? "checked" : "✗ the check failed"}`,
  };
}

function printSlowest(file: string): void {
  const rows = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => ({
      seconds: Number(line.split(" ")[0]),
      file: line.slice(line.indexOf(" ") + 1),
    }))
    .toSorted((a, b) => b.seconds - a.seconds);
  const all = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  console.log(`\n${all.toFixed(0)} s of processor time in ${rows.length} files, most in:`);
  for (const { seconds, file: slow } of rows.slice(0, SLOWEST_SHOWN))
    console.log(`${seconds.toFixed(1).padStart(7)}  ${relative(process.cwd(), slow)}`);
  rmSync(dirname(file), { recursive: true });
}
