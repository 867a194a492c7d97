// Loaded before each test file, in its own process: keeps compiled code between files, and says what a file cost.
import { appendFileSync, readFileSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import process from "node:process";
import { isMainThread } from "node:worker_threads";

/** Not by NODE_COMPILE_CACHE: programs that a test starts are to run as they do for users. */
module.enableCompileCache(
  join(import.meta.dirname, "../../node_modules/.cache/glovebox-test-code"),
);

const costs = process.env["GLOVEBOX_TEST_COSTS"];
const file = process.argv[1];
if (costs && file && isMainThread)
  process.once("exit", () => appendFileSync(costs, `${secondsUsed().toFixed(2)} ${file}\n`));

/** Processor time of this process, and on Linux that of the ended programs it started. */
function secondsUsed() {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const own = (userCPUTime + systemCPUTime) / 1e6;
  if (process.platform !== "linux") return own;
  const stat = readFileSync("/proc/self/stat", "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const TICKS_A_SECOND = 100;
  return own + (Number(fields[13]) + Number(fields[14])) / TICKS_A_SECOND;
}
