// Runs every test file. CI must be able to test everything; elsewhere what the machine lacks is named.
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { delimiter } from "node:path";

const FOLDERS = ["unit", "security", "advisories", "conformance", "e2e", "supply"];
const onPath = (program: string): boolean =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(`${folder}/${program}`));

const wanted = process.argv.slice(2);
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
const { status } = spawnSync(
  process.execPath,
  ["--test", "--test-reporter=./test/helpers/reporter.mjs", "--test-concurrency=2", ...files],
  { stdio: "inherit", env: { ...process.env, NODE_NO_WARNINGS: "1" } },
);
process.exit(status ?? 1);
