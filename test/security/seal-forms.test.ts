// The two forms of ring 5 beside each other: what native code is denied, and what the kernel says of the process from outside.
// Whatever differs stands here with its reason; what matters of it stands in THREAT_MODEL.md too.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { ATTEMPTS } from "../../runtime/sandbox/launch/attempts.ts";
import { openSealBench } from "../helpers/seals.ts";

const bench = await openSealBench();
const limits = { dataBytesMax: 1024 ** 3, residentBytesMax: 1024 ** 3 };

type Form = "bubblewrap" | "landlock";

/** Which form lets an attempt through before the runner has tightened its seal. Afterwards none does. Trusted code alone runs until then. */
const THROUGH_BEFORE_TIGHTENING: Readonly<
  Record<string, { readonly forms: readonly Form[]; readonly why: string }>
> = {
  "execute a program": {
    forms: ["bubblewrap", "landlock"],
    why: "Node itself is executed behind the filter. Nothing but Node and its libraries can be.",
  },
  "open itself to the broker's tracer": {
    forms: ["bubblewrap", "landlock"],
    why: "It makes itself undumpable by the same call. Executing Node has made it dumpable anyway.",
  },
  "exceed the limits it gave itself": {
    forms: ["bubblewrap", "landlock"],
    why: "It has not given them to itself yet.",
  },
  "open a host folder": {
    forms: ["bubblewrap"],
    why: "The root inside is a folder of its own, with Node and nothing of the host in it.",
  },
  "look at a host file": {
    forms: ["landlock"],
    why: "Landlock denies opening, not looking: file names, sizes and dates of the host can be asked for.",
  },
  "see that the broker exists": {
    forms: ["landlock"],
    why: "Landlock gives a process no numbers of its own.",
  },
};

/** What the kernel says of a tightened process: the same for both, or a value for each and the reason. */
const FACTS: Readonly<
  Record<string, string | ({ readonly [form in Form]: string } & { readonly why: string })>
> = {
  NoNewPrivs: "1",
  Seccomp: "2",
  Seccomp_filters: "2",
  CapInh: "0000000000000000",
  CapPrm: "0000000000000000",
  CapEff: "0000000000000000",
  CapAmb: "0000000000000000",
  "out of memory score": "1000",
  "core file size": "0 0",
  "file size": "0 0",
  "stack size": `${8 * 1024 ** 2} ${8 * 1024 ** 2}`,
  "data size": `${1024 ** 3} ${1024 ** 3}`,
  "address space": `${2 ** 40} ${2 ** 40}`,
  "open files": "64 64",
  processes: "0 0",
  "locked memory": "0 0",
  "pending signals": "0 0",
  "msgqueue size": "0 0",
  "namespace user": apart("Landlock is a rule of the process and makes no namespaces."),
  "namespace pid": apart(
    "Numbers of other processes mean something; the filter takes none of them.",
  ),
  "namespace net": apart("The network is the machine's; the filter makes no socket."),
  "namespace ipc": apart("Queues are the machine's; the filter opens none."),
  "namespace uts": apart(
    "The host's name is the machine's; the filter does not ask for it once tightened.",
  ),
  "namespace mnt": apart(
    "Files are the machine's; the filter opens none once tightened, Landlock only Node's.",
  ),
};

function apart(why: string): { bubblewrap: string; landlock: string; why: string } {
  return { bubblewrap: "its own", landlock: "the broker's", why };
}

for (const seal of bench.seals as readonly Form[]) {
  test(`${seal}: native code in a tightened process is denied every attempt, as behind every other form`, async () => {
    const { report } = await bench.act(seal, [String(process.pid)], {
      program: `${bench.folder}/probe.cjs`,
    });
    assert.deepEqual(report!["allowed"], []);
    assert.deepEqual(report!["denied"], Object.keys(ATTEMPTS));
  });

  test(`${seal}: before tightening, what differs from other forms is named with its reason`, async () => {
    const { report } = await bench.act(seal, [String(process.pid), "untightened"], {
      program: `${bench.folder}/probe.cjs`,
    });
    const expected = Object.entries(THROUGH_BEFORE_TIGHTENING)
      .filter(([, { forms }]) => forms.includes(seal))
      .map(([name]) => name);
    assert.deepEqual(new Set(report!["allowed"] as string[]), new Set(expected));
  });

  test(`${seal}: the kernel says of a tightened process what it says behind every other form`, async () => {
    const program = `${bench.folder}/hostile.cjs`;
    const sealed = bench.spawn({ seal, program, programArgs: ["spin"], ...limits });
    await once(sealed.channel, "data");
    const facts = factsOf(sealed.pid);
    sealed.kill();
    await sealed.exited;
    for (const [name, expected] of Object.entries(FACTS)) {
      assert.equal(facts[name], typeof expected === "string" ? expected : expected[seal], name);
    }
  });
}

function factsOf(pid: number): Readonly<Record<string, string>> {
  const read = (file: string): string => readFileSync(`/proc/${pid}/${file}`, "utf8");
  const status = [...read("status").matchAll(/^(\w+):\s+(.*)$/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  const rlimits = [...read("limits").matchAll(/^Max (.+?) {2,}(\S+) +(\S+)/gm)].map(
    ([, name, soft, hard]) => [name, `${soft} ${hard}`],
  );
  const namespaces = ["user", "pid", "net", "ipc", "uts", "mnt"].map((name) => {
    const isOurs =
      readlinkSync(`/proc/${pid}/ns/${name}`) === readlinkSync(`/proc/self/ns/${name}`);
    return [`namespace ${name}`, isOurs ? "the broker's" : "its own"];
  });
  return {
    ...Object.fromEntries([...status, ...rlimits, ...namespaces] as [string, string][]),
    "out of memory score": read("oom_score_adj").trim(),
  };
}
