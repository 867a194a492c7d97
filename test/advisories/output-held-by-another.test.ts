// A run of the probes was over when its output was closed. Whoever else held that output, such as a process that the operator's
// NODE_OPTIONS begin, kept a run from ending after its process had been killed: no later run was made, and the server went
// on. Some seconds, in which two processes wait.
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { attackRelease } from "../../runtime/cli/probes/attack-release.ts";
import { TERMS_OF_NONE } from "../../runtime/cli/probes/probe-terms.ts";
import { makeScratch } from "../helpers/scratch.ts";

it("a run ends with its process, whoever else holds its output", async (t) => {
  const folder = makeScratch(t);
  const started = join(folder, "started.mjs");
  writeFileSync(
    started,
    `import { spawn } from "node:child_process";
     import { writeFileSync } from "node:fs";
     const { pid } = spawn("sleep", ["30"], { stdio: "inherit", detached: true });
     writeFileSync(\`${folder}/\${pid}.pid\`, "");
     await new Promise((resolve) => setTimeout(resolve, 30_000));`,
  );
  const holders = (): readonly number[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".pid"))
      .map((name) => Number.parseInt(name, 10));
  const before = process.env["NODE_OPTIONS"];
  try {
    process.env["NODE_OPTIONS"] = `--import=${started}`;
    const { results } = await attackRelease({ terms: TERMS_OF_NONE, near: [folder], msMax: 2000 });
    assert.deepEqual(
      results.map(({ id, held }) => [id, held]),
      [["probes.run", false]],
    );
    assert.ok(holders().length > 0);
    // Throws where one is gone: then it was waited for.
    for (const pid of holders()) process.kill(pid, 0);
  } finally {
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
    for (const pid of holders()) killQuietly(pid);
  }
});

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
