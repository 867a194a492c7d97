import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { chooseSeal } from "../../../../runtime/sandbox/seal/choose-seal.ts";
import { SandboxError } from "../../../../runtime/sandbox/errors.ts";
import { describeMeasures } from "../../../../runtime/sandbox/seal/measures.ts";
import type { ProcessPowers } from "../../../../runtime/sandbox/seal/process-powers.ts";
import { parseProbeReport } from "../../../../runtime/sandbox/seal/probe-report.ts";
import { parseResidentBytes } from "../../../../runtime/sandbox/seal/resident.ts";
import { makeSpawner } from "../../../../runtime/sandbox/seal/sealed-process.ts";
import { openSealBench } from "../../../helpers/seals.ts";

const bench = await openSealBench();

function programThatReports(name: string, text: string): string {
  const file = `${bench.folder}/${name}.cjs`;
  writeFileSync(file, `require("node:fs").writeSync(3, ${JSON.stringify(text)})`);
  return file;
}

test("takes the first form of seal from which the probe reports nothing allowed", async () => {
  const probe = programThatReports("denied", JSON.stringify({ denied: ["all"], allowed: [] }));
  const seal = await chooseSeal(bench.powers, bench.spawn, { probe });
  assert.equal(seal.name, bench.seals[0] ?? "none");
});

test("calls a seal none when anything got through, and says what", async () => {
  const probe = programThatReports(
    "allowed",
    JSON.stringify({ denied: ["much"], allowed: ["read a host file"] }),
  );
  const seal = await chooseSeal(bench.powers, bench.spawn, { probe });
  assert.equal(seal.name, "none");
  assert.ok(seal.allowed.length > 0);
  assert.equal(seal.remarks.length, 2);
});

for (const [what, text] of [
  ["no JSON", "hello"],
  ["nothing", ""],
  ["a report without attempts", '{"denied":[],"allowed":[]}'],
  ["names that are not strings", '{"denied":[1],"allowed":[]}'],
  ["a report without end", `{"denied":["${"x".repeat(70_000)}"],"allowed":[]}`],
] as const) {
  test(`takes no seal whose probe reports ${what}`, async () => {
    const probe = programThatReports("odd", text);
    const seal = await chooseSeal(bench.powers, bench.spawn, { probe });
    assert.equal(seal.name, "none");
    assert.deepEqual(seal.allowed, ["everything"]);
  });
}

test("takes no seal where no form is known, and starts no process there", async () => {
  const powers = { ...bench.powers, platform: "win32", startProcess: () => assert.fail() };
  const seal = await chooseSeal(powers, makeSpawner(powers), { probe: "/nonexistent" });
  assert.equal(seal.name, "none");
  assert.equal(seal.remarks.length, 1);
});

test("on macOS tries Seatbelt, and nothing else", async () => {
  const started: string[] = [];
  const powers: ProcessPowers = {
    ...bench.powers,
    platform: "darwin",
    findProgram: (name) => `/usr/bin/${name}`,
    startProcess: (_file, args) => {
      started.push(args.find((arg) => arg.startsWith("/usr/bin/"))!);
      throw new Error("no such machine");
    },
  };
  const { name, remarks } = await chooseSeal(powers, makeSpawner(powers), {
    probe: import.meta.filename,
  });
  assert.deepEqual([name, remarks], ["none", ["seatbelt: no such machine"]]);
  assert.deepEqual(started, ["/usr/bin/sandbox-exec"]);
});

test("says of each measure whether it is in force, and names no path", async () => {
  const probe = programThatReports("measured", JSON.stringify({ denied: ["all"], allowed: [] }));
  const { measures } = await chooseSeal(bench.powers, bench.spawn, { probe });
  const names = ["form", "system calls", "limits", "core dumps", "memory watchdog", "cgroup"];
  assert.deepEqual(
    measures.map(({ name }) => name),
    names,
  );
  for (const { says } of measures) assert.ok(says.length > 0 && !says.includes("/"), says);
  const none = describeMeasures({ ...bench.powers, residentBytes: undefined }, "none");
  assert.ok(none.every(({ name, inForce }) => !inForce || name === "cgroup"));
  const seatbelt = describeMeasures(bench.powers, "seatbelt");
  assert.ok(seatbelt.find(({ name }) => name === "form")?.says.includes("untested"));
});

test("refuses bubblewrap where it is not installed, and takes no other form instead", () => {
  const spawn = makeSpawner({ ...bench.powers, findProgram: () => undefined });
  const start = () =>
    spawn({ seal: "bubblewrap", program: "/nonexistent", dataBytesMax: 1, residentBytesMax: 1 });
  assert.throws(
    start,
    (error) => error instanceof SandboxError && error.code === "ERR_SEAL_UNAVAILABLE",
  );
});

test("a launcher that cannot seal lets nothing run", async () => {
  const spawn = makeSpawner({ ...bench.powers, pid: 1 });
  const program = programThatReports("ran", "ran");
  const sealed = spawn({
    seal: "landlock",
    program,
    dataBytesMax: 1024 ** 3,
    residentBytesMax: 1024 ** 3,
  });
  let text = "";
  sealed.channel.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  const exit = await sealed.exited;
  assert.deepEqual([exit.code, exit.reason, text], [97, "unsealed", ""]);
});

test("a limit that cannot be set lets nothing run", async () => {
  const program = programThatReports("ran", "ran");
  const sealed = bench.spawn({
    seal: "none",
    program,
    dataBytesMax: Number.NaN,
    residentBytesMax: 1024 ** 3,
  });
  assert.equal((await sealed.exited).reason, "unsealed");
});

test("a program that cannot be started ends as unstarted", async () => {
  const spawn = makeSpawner({ ...bench.powers, node: "/nonexistent/node" });
  const sealed = spawn({
    seal: "landlock",
    program: "/nonexistent",
    dataBytesMax: 1024 ** 3,
    residentBytesMax: 1024 ** 3,
  });
  assert.equal((await sealed.exited).reason, "unstarted");
});

test("without a seal, JavaScript has neither files nor native calls", async () => {
  const program = `${bench.folder}/reach.cjs`;
  writeFileSync(
    program,
    `const tries = [() => require("node:fs").readFileSync("/etc/hosts"), () => require("node:ffi").dlopen(null, {}),
       () => require("node:child_process").execFileSync("/bin/true"), () => require("node:sqlite"),
       () => new (require("node:worker_threads").Worker)("1", { eval: true })];
     const through = tries.filter((attempt) => { try { attempt(); return true; } catch { return false; } });
     require("node:fs").writeSync(3, JSON.stringify({ through: through.length }));`,
  );
  const sealed = bench.spawn({
    seal: "none",
    program,
    dataBytesMax: 1024 ** 3,
    residentBytesMax: 1024 ** 3,
  });
  let text = "";
  sealed.channel.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  await sealed.exited;
  assert.deepEqual(JSON.parse(text), { through: 0 });
});

test("counts page tables and swap with resident memory", () => {
  const status =
    "Name:\tnode\nVmRSS:\t    1000 kB\nRssAnon:\t 7 kB\nVmPTE:\t      20 kB\nVmSwap:\t       3 kB\n";
  assert.equal(parseResidentBytes(status), 1023 * 1024);
  assert.equal(parseResidentBytes("Name:\tnode\nState:\tR (running)\nThreads:\t1\n"), undefined);
});

test("a process that has ended as a whole holds nothing; of one whose first thread has, nobody knows", () => {
  const ended = (threads: number): string =>
    `Name:\tnode\nState:\tZ (zombie)\nPid:\t7\nThreads:\t${threads}\nSigQ:\t0/1\n`;
  assert.equal(parseResidentBytes(ended(1)), 0);
  for (const threads of [2, 10, 11, 21])
    assert.equal(parseResidentBytes(ended(threads)), undefined);
});

test("parses a report, and nothing that is not one", () => {
  assert.deepEqual(parseProbeReport('{"denied":["a"],"allowed":["b"]}'), {
    denied: ["a"],
    allowed: ["b"],
  });
  for (const text of ["null", "[]", "1", '{"denied":"a","allowed":[]}'])
    assert.equal(parseProbeReport(text), undefined);
});
