// The file protocol of cgroup v2, with a plain folder in place of the kernel's tree. What only the kernel does (that members are
// held, killed and removed) is tried in test/security/seal-cgroup.test.ts where this machine has a tree to write to.
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { openCgroups } from "../../../runtime/powers/cgroup.ts";
import { makeCgroup } from "../../../runtime/sandbox/seal/cgroup.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "glovebox-cgroup-"));
after(() => rmSync(scratch, { recursive: true }));
let trees = 0;

interface Tree {
  /** What the kernel tells a process of itself. */
  readonly proc: string;
  /** The folder above the broker's. */
  readonly unit: string;
}

const GIVEN = {
  unit: "glovebox.service",
  within: "/system.slice/glovebox.service/broker",
  root: "/",
  controllers: "cpu memory pids",
  handedDown: "memory pids",
};

function makeTree(differing: Partial<typeof GIVEN> = {}): Tree {
  const { unit, within, root, controllers, handedDown } = { ...GIVEN, ...differing };
  trees += 1;
  const proc = path.join(scratch, `proc-${trees}`);
  const mount = path.join(scratch, `tree-${trees}`);
  const folder = path.join(mount, "system.slice", unit);
  mkdirSync(proc);
  mkdirSync(path.join(folder, "broker"), { recursive: true });
  writeFileSync(path.join(proc, "cgroup"), `4:memory:/elsewhere\n0::${within}\n`);
  writeFileSync(
    path.join(proc, "mountinfo"),
    `31 23 0:28 / /sys rw - sysfs sysfs rw\n41 31 0:38 ${root} ${mount} rw,relatime shared:9 - cgroup2 cgroup2 rw\n`,
  );
  for (const [name, text] of [
    ["cgroup.controllers", controllers],
    ["cgroup.subtree_control", handedDown],
    ["cgroup.procs", ""],
  ] as const)
    writeFileSync(path.join(folder, name), text);
  return { proc, unit: folder };
}

/** A plain folder keeps the files of the group that was made to try, where the kernel's would be gone. */
function groupsIn({ unit }: Tree): readonly string[] {
  return readdirSync(unit).filter((name) => name.startsWith("glovebox-"));
}

test("makes a group beside its own, with limits, and tells by which file to join it", () => {
  const tree = makeTree();
  const group = makeCgroup(openCgroups(tree.proc), 123 * 4096)!;
  const folder = path.dirname(group.joinFile);
  assert.equal(path.dirname(folder), tree.unit);
  assert.equal(path.basename(group.joinFile), "cgroup.procs");
  const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
  assert.equal(read("memory.max"), String(123 * 4096));
  assert.equal(read("memory.swap.max"), "0");
  assert.equal(read("memory.oom.group"), "1");
  assert.ok(Number(read("pids.max")) <= 64);
});

test("kills what is left in a group when it is removed", () => {
  const group = makeCgroup(openCgroups(makeTree().proc), 1)!;
  group.remove();
  assert.equal(readFileSync(path.join(path.dirname(group.joinFile), "cgroup.kill"), "utf8"), "1");
});

test("knows a group whose memory ran out from one that was only full", () => {
  const group = makeCgroup(openCgroups(makeTree().proc), 1)!;
  const tell = (events: string): void =>
    writeFileSync(path.join(path.dirname(group.joinFile), "memory.events"), events);
  assert.equal(group.ranOut(), false);
  tell("low 0\nhigh 0\nmax 812\noom 3\noom_kill 0\noom_group_kill 0\n");
  assert.equal(group.ranOut(), false);
  tell("low 0\nhigh 0\nmax 812\noom 3\noom_kill 11\noom_group_kill 1\n");
  assert.equal(group.ranOut(), true);
});

test("hands the controllers down itself, for systemd does not", () => {
  const tree = makeTree({ handedDown: "cpu" });
  assert.equal(openCgroups(tree.proc).writable, true);
  const handedDown = readFileSync(path.join(tree.unit, "cgroup.subtree_control"), "utf8");
  assert.equal(handedDown, "+memory +pids");
});

test("removes the groups of a broker that is gone, and not those of one that runs", () => {
  const tree = makeTree();
  const gone = path.join(tree.unit, "glovebox-999999999-1");
  const running = path.join(tree.unit, `glovebox-${process.ppid}-1`);
  const other = path.join(tree.unit, "glovebox-of-somebody");
  for (const folder of [gone, running, other]) mkdirSync(folder);
  openCgroups(tree.proc);
  assert.deepEqual(
    [gone, running, other].map((folder) => existsSync(folder)),
    [false, true, true],
  );
});

test("a mount that shows a part of the tree is understood", () => {
  const tree = makeTree({
    root: "/machine",
    within: "/machine/system.slice/glovebox.service/broker",
  });
  assert.equal(openCgroups(tree.proc).writable, true);
});

for (const [what, tree] of [
  [
    "it is in systemd's own folder",
    makeTree({ unit: "a.slice", within: "/system.slice/a.slice/broker" }),
  ],
  ["memory is not delegated", makeTree({ controllers: "cpu pids" })],
  ["nothing is delegated", makeTree({ controllers: "" })],
  ["it is in the root of its tree, as in a container", makeTree({ within: "/" })],
  ["its group is outside of what is mounted", makeTree({ root: "/other" })],
  ["there is no cgroup v2", { proc: scratch, unit: scratch }],
] as const) {
  test(`makes no group, and says why, when ${what}`, () => {
    const cgroups = openCgroups(tree.proc);
    assert.equal(cgroups.writable, false);
    assert.ok(!cgroups.writable && cgroups.why.length > 0);
    assert.ok(!cgroups.writable && !cgroups.why.includes("/"), "it names no path");
    assert.equal(makeCgroup(cgroups, 1), undefined);
    assert.deepEqual(groupsIn(tree), []);
  });
}

test("makes no group, and says why, when the delegated folder cannot hold one", () => {
  const tree = makeTree();
  // A file where the group would be.
  for (let number = 1; number < 3; number += 1)
    writeFileSync(path.join(tree.unit, `glovebox-${process.pid}-${number}`), "");
  const cgroups = openCgroups(tree.proc);
  assert.ok(!cgroups.writable && cgroups.why.includes("EEXIST"));
});
