// Who may change the configuration decides what runs. Production asked so before it served HTTP, and neither over stdio nor for
// one call: in a folder that everybody may write to, and with a lockfile of everybody's, all was said to be well.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Machine } from "../../runtime/cli/machine.ts";
import { formatLockfile } from "../../runtime/plugin/lockfile.ts";
import { LOCKFILE } from "../helpers/plugin-files.ts";
import { makeSharedMachine, runInProcess, type Ended } from "../helpers/run-glovebox.ts";

const SECRET = "GLOVEBOX_REWRITE_TEST";
const COMMANDS = [["verify"], ["serve"], ["call", "report_pattern_debt"]] as const;
/** What is wrong, and what every command says of it. */
const WRONG: readonly (readonly [
  title: string,
  spoil: (folder: string) => void,
  code: string,
  settings?: string,
])[] = [
  ["a folder of everybody's", (folder) => chmodSync(folder, 0o777), "ERR_GATE_WRITABLE"],
  [
    "a configuration of everybody's",
    (folder) => chmodSync(join(folder, "glovebox.yaml"), 0o666),
    "ERR_GATE_WRITABLE",
  ],
  [
    "a lockfile of everybody's",
    (folder) => {
      const file = join(folder, "glovebox.lock.json");
      writeFileSync(file, formatLockfile({ ...LOCKFILE, plugins: {} }));
      chmodSync(file, 0o666);
    },
    "ERR_GATE_WRITABLE",
  ],
  [
    "a store of everybody's",
    (folder) => {
      mkdirSync(join(folder, ".glovebox/store"));
      chmodSync(join(folder, ".glovebox/store"), 0o777);
    },
    "ERR_GATE_WRITABLE",
  ],
  [
    "data that everybody may read",
    (folder) => chmodSync(join(folder, ".glovebox"), 0o755),
    "ERR_GATE_READABLE",
  ],
  [
    "the trail's key that everybody may read",
    (folder) => {
      writeFileSync(join(folder, ".glovebox/audit.key"), "");
      chmodSync(join(folder, ".glovebox/audit.key"), 0o644);
    },
    "ERR_GATE_READABLE",
  ],
  [
    "a secret that is not there",
    () => {},
    "ERR_GATE_SECRET_MISSING",
    `anomalies: { webhook: { url: "https://alerts.example.com/", secret: "env:${SECRET}" }, rules: [{ name: r, kind: denied, streak: 5, action: alert }] }\n`,
  ],
];

let root: string;
let machine: Machine;
let shared: Awaited<ReturnType<typeof makeSharedMachine>> | undefined;
before(async () => {
  root = mkdtempSync(join(realpathSync(tmpdir()), "glovebox-rewrite-"));
  shared = await makeSharedMachine();
  machine = shared.machine;
});
after(async () => {
  await shared?.close();
  rmSync(root, { recursive: true, force: true });
});

let count = 0;
function makeWorkspace(settings = "", mode = "production"): string {
  count += 1;
  const folder = join(root, String(count));
  mkdirSync(join(folder, ".glovebox"), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "glovebox.yaml"), `version: 1\nmode: ${mode}\n${settings}`, {
    mode: 0o644,
  });
  return folder;
}

function run(words: readonly string[], folder: string): Promise<Ended> {
  return runInProcess([...words, "--config", join(folder, "glovebox.yaml")], machine);
}

describe("production over stdio", () => {
  for (const words of COMMANDS)
    it(`\`${words.join(" ")}\` refuses what others may change or read, and says all of it`, async () => {
      delete process.env[SECRET];
      for (const [title, spoil, code, settings] of WRONG) {
        const folder = makeWorkspace(settings);
        spoil(folder);
        const ended = await run(words, folder);
        assert.deepEqual([ended.code, ended.codes], [3, [code]], `${title}: ${ended.stderr}`);
      }
    });

  it("doctor says the same", async () => {
    const folder = makeWorkspace();
    chmodSync(folder, 0o777);
    const { code, json } = await run(["doctor", "--quick", "--json"], folder);
    const { checks } = json as { checks: { name: string; state: string; says: string }[] };
    const failed = checks.filter(({ state }) => state === "failed");
    assert.equal(code, 1);
    assert.deepEqual(
      failed.map(({ name, says }) => [name, says.split(":")[0]]),
      [["gate writable", "ERR_GATE_WRITABLE"]],
    );
  });

  it("starts where nothing is wrong, and where only the operator's own group may write", async () => {
    const folder = makeWorkspace();
    chmodSync(join(folder, "glovebox.yaml"), 0o664);
    chmodSync(folder, 0o775);
    assert.equal((await run(["verify"], folder)).code, 0);
    assert.equal((await run(["call", "report_pattern_debt"], folder)).code, 0);
  });

  it("a waiver opens the gate that it names, and never who may write", async () => {
    const waiver = (gate: string): string =>
      `waivers:\n  - { gate: ${gate}, reason: for this test alone, until: "2099-01-01" }\n`;
    const folder = makeWorkspace(waiver("readable"));
    chmodSync(join(folder, ".glovebox"), 0o755);
    assert.equal((await run(["verify"], folder)).code, 0);
    assert.deepEqual((await run(["verify"], makeWorkspace(waiver("writable")))).codes, [
      "ERR_CONFIG_INVALID",
    ]);
  });
});

it("development asks for nothing of it", async () => {
  for (const [title, spoil, , settings] of WRONG) {
    const folder = makeWorkspace(settings, "development");
    spoil(folder);
    const { code, codes } = await run(["verify"], folder);
    assert.deepEqual([code, codes], [0, []], title);
  }
});
