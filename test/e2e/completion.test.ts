// What the script of `glovebox completion bash` offers in a folder with plugins, in bash itself.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { runInProcess } from "../helpers/run-glovebox.ts";
import { makeScratch } from "../helpers/scratch.ts";

async function complete(t: TestContext, ...words: readonly string[]): Promise<readonly string[]> {
  const folder = makeScratch(t);
  const lock = { plugins: { "orders-desk": {}, time: {} } };
  // As we write it: one name a line.
  const text = JSON.stringify(lock, null, 2).replaceAll("{}", "{\n    }");
  writeFileSync(join(folder, "glovebox.lock.json"), text);
  writeFileSync(join(folder, "a-file"), "");
  const { stdout: script } = await runInProcess(["completion", "bash"]);
  const line = ["glovebox", ...words].map((word) => `'${word}'`).join(" ");
  const asked = `${script}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length}; _glovebox; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", asked], { cwd: folder, encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.split("\n").filter((word) => word !== "");
}

test("a plugin with a hyphen is offered to `call` as its tools are listed, and elsewhere by its name", async (t) => {
  assert.deepEqual(await complete(t, "call", "o"), ["orders_desk__"]);
  assert.deepEqual(await complete(t, "inspect", "o"), ["orders-desk"]);
});

test("files are offered where a word may be one, and nowhere else", async (t) => {
  for (const words of [["debt"], ["doctor"], ["verify"], ["flow"]])
    assert.deepEqual(await complete(t, ...words, ""), [], words.join(" "));
  for (const words of [["scan"], ["add"], ["pack"], ["sign"], ["debt", "--config"]])
    assert.ok((await complete(t, ...words, "a")).includes("a-file"), words.join(" "));
});
