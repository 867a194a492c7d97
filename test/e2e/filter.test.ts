// The filter on the command line: what it prints, what it answers, and what it does with what it cannot read.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { madeText } from "../helpers/made-secrets.ts";
import { makeScratch } from "../helpers/scratch.ts";

const GLOVEBOX = path.join(import.meta.dirname, "../../runtime/cli/glovebox.mjs");
const key = `ghp_${madeText(36)}`;

function run(cwd: string, args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [GLOVEBOX, "filter", ...args], {
    cwd,
    input,
    encoding: "utf8",
  });
  const lines = stdout.split("\n").filter((line) => line !== "");
  return { status, stdout, stderr, lines };
}

test("lines are filtered one by one, from a file and from standard input, with exactly these keys", (t) => {
  const folder = makeScratch(t);
  const written = [
    { id: "a", text: `token ${key}`, other: 1 },
    { id: 2, text: "18 degrees" },
    { id: "e", text: "Error: ENOENT: no such file or directory, open '/etc/app/config.json'" },
  ]
    .map((line) => JSON.stringify(line))
    .join("\n");
  writeFileSync(path.join(folder, "answers.jsonl"), written);
  const expected = [
    {
      id: "a",
      findings: [{ id: "secrets.github-token", severity: "high", where: "text@6" }],
      text: "token [redacted:secret]",
    },
    { id: 2, findings: [], text: "18 degrees" },
    {
      id: "e",
      findings: [{ id: "internals.file", severity: "medium", where: "text@48" }],
      text: "Error: ENOENT: no such file or directory, open '[redacted:internal]'",
    },
  ];
  for (const { status, lines } of [
    run(folder, ["--json", "answers.jsonl"]),
    run(folder, ["--json", "-"], written),
  ]) {
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      expected,
    );
    assert.equal(status, 3);
  }
  const table = run(folder, ["answers.jsonl"]);
  assert.equal(table.status, 3);
  assert.match(table.stdout, /secrets\.github-token/);
  assert.ok(!table.stdout.includes(key));
});

test("nothing grave is 0, and what cannot be read is 1 and named by its line", (t) => {
  const folder = makeScratch(t);
  assert.equal(run(folder, ["--json", "-"], '{"id":1,"text":"a"}\n').status, 0);
  const { status, lines } = run(
    folder,
    ["--json", "-"],
    '{"id":1,"text":"a"}\nno json\n{"id":2}\n{"text":"a"}\n[]\n',
  );
  assert.equal(status, 1);
  const rest = lines
    .slice(1)
    .map((line) => JSON.parse(line) as { line: number; error: { code: string } });
  assert.deepEqual(
    rest.map(({ line, error }) => [line, error.code]),
    [2, 3, 4, 5].map((line) => [line, "ERR_SCAN_INPUT"]),
  );
  assert.equal(run(folder, ["--json", "missing.jsonl"]).status, 1);
});

test("the workspace's own policy holds", (t) => {
  const folder = makeScratch(t);
  writeFileSync(
    path.join(folder, "glovebox.yaml"),
    "version: 1\nplugins: {}\nfilter: { secrets: pass, email: redact }\n",
  );
  const { lines } = run(
    folder,
    ["--json", "-"],
    JSON.stringify({ id: 1, text: `${key} a@example.org` }),
  );
  const [line] = lines.map((one) => JSON.parse(one) as { text: string });
  assert.equal(line?.text, `${key} [redacted:email]`);
});

test("an unknown action or kind is refused with its place", (t) => {
  const folder = makeScratch(t);
  for (const filter of ["{ secrets: hide }", "{ secret: redact }"]) {
    writeFileSync(
      path.join(folder, "glovebox.yaml"),
      `version: 1\nplugins: {}\nfilter: ${filter}\n`,
    );
    const { status, stderr } = run(folder, ["-"], "");
    assert.equal(status, 2);
    assert.match(stderr, /glovebox\.yaml:3|line 3/);
  }
});

test("a file that is not there is told as what could not be read, and so is a folder", (t) => {
  const folder = makeScratch(t);
  for (const word of ["none.jsonl", "."]) {
    const { status, stderr } = run(folder, [word]);
    assert.equal(status, 1);
    assert.match(stderr, /^ERR_SCAN_INPUT: /);
  }
});
