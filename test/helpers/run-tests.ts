// Runs every test file. CI must be able to test every form of ring 5; elsewhere a form that the machine lacks is named.
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { delimiter } from "node:path";

const FOLDERS = ["unit", "security", "advisories", "e2e"];
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

if (!onPath("bwrap")) {
  if (process.env["CI"] === "true") {
    console.error("CI must test every seal: install bubblewrap.");
    process.exit(1);
  }
  console.log(
    "bubblewrap is not installed, so its form of the seal is not tested here; CI tests it.",
  );
}
const { status } = spawnSync(
  process.execPath,
  ["--test", "--test-reporter=./test/helpers/reporter.mjs", "--test-concurrency=2", ...files],
  { stdio: "inherit", env: { ...process.env, NODE_NO_WARNINGS: "1" } },
);
process.exit(status ?? 1);
