// The conformance suite of the protocol's makers against a real `glovebox serve --http`, whose fixtures are plugins of this tree.
import assert from "node:assert/strict";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { makeConformanceWorkspace } from "../helpers/conformance.ts";
import { GLOVEBOX, until, type ServedWorkspace } from "../helpers/served-workspace.ts";

const SUITE = join(
  import.meta.dirname,
  "../../node_modules/@modelcontextprotocol/conformance/dist/index.js",
);
/** The suite asks more often than people do. Which tools run as tasks is the operator's to say. */
const SETTINGS = `server:
  rate:
    default: { per_minute: 1000000, burst: 1000000 }
    requests: { per_minute: 1000000, burst: 1000000 }
    refused: { per_minute: 1000000, burst: 1000000 }
  tasks:
    tools:
      slow_compute: {}
      failing_job: { support: required }
      protocol_error_job: {}
      confirm_delete: {}
      multi_input: {}
      test_tool_with_task: { asks: before }
    limits: { poll: 100ms }
`;

let workspace: ServedWorkspace;
let server: ChildProcess;
let url = "";

before(async () => {
  workspace = await makeConformanceWorkspace(SETTINGS);
  const words = ["serve", "--http", "--listen", "127.0.0.1:0", "--config", workspace.configFile];
  server = spawn(process.execPath, [GLOVEBOX, ...words], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  server.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await until(() => /"port":\d+/.test(stderr) || server.exitCode !== null, "the server", 60_000);
  url = `http://127.0.0.1:${/"port":(\d+)/.exec(stderr)?.[1] ?? assert.fail(stderr)}/mcp`;
});

after(() => {
  server.kill();
  workspace.remove();
});

/** Each scenario of a run and whether all of its checks passed, those apart that the revision does not score. */
interface Outcome {
  readonly scored: ReadonlyMap<string, boolean>;
  readonly extra: ReadonlyMap<string, boolean>;
  readonly text: string;
}

async function run(revision: string): Promise<Outcome> {
  const text = await new Promise<string>((resolve) => {
    const words = [SUITE, "server", "--url", url, "--requirements", revision];
    execFile(process.execPath, words, { maxBuffer: 2 ** 26 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  const summary = text.slice(text.indexOf("=== SUMMARY ==="));
  const read = (pattern: RegExp): Map<string, boolean> =>
    new Map([...summary.matchAll(pattern)].map(([, mark, name = ""]) => [name, mark === "✓"]));
  const all = read(/^([✓✗]) ([\w/-]+): \d+ passed, \d+ failed$/gm);
  const extra = read(/^ {2}([✓✗]) ([\w/-]+) \([\w-]+\)$/gm);
  const scored = new Map([...all].filter(([name]) => !extra.has(name)));
  return { scored, extra, text };
}

function assertAll(scenarios: ReadonlyMap<string, boolean>, wanted: number, run: Outcome): void {
  const failed = [...scenarios].filter(([, isGood]) => !isGood).map(([name]) => name);
  assert.deepEqual(failed, [], run.text);
  assert.equal(scenarios.size, wanted, run.text);
}

test(
  "30 of 30 scenarios of 2025-11-25, and what it does not score",
  { timeout: 300_000 },
  async (t) => {
    const outcome = await run("2025-11-25");
    assertAll(outcome.scored, 30, outcome);
    assertAll(outcome.extra, outcome.extra.size, outcome);
    t.diagnostic(`2025-11-25: ${outcome.scored.size}/30, and ${outcome.extra.size} more`);
  },
);

test(
  "37 of 37 scenarios of 2026-07-28, 10 of 10 of tasks, and what it does not score",
  { timeout: 600_000 },
  async (t) => {
    const outcome = await run("2026-07-28");
    assertAll(outcome.scored, 37, outcome);
    const tasks = new Map([...outcome.extra].filter(([name]) => name.startsWith("tasks-")));
    assertAll(tasks, 10, outcome);
    assertAll(outcome.extra, outcome.extra.size, outcome);
    t.diagnostic(
      `2026-07-28: ${outcome.scored.size}/37, tasks ${tasks.size}/10, and ${outcome.extra.size - tasks.size} more`,
    );
  },
);
