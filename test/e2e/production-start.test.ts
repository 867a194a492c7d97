// `serve --http` in production, through the command line: the configuration of the README starts, and with any one thing
// wrong, or all of them, it does not.
import assert from "node:assert/strict";
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { GATE_ERRORS } from "../../runtime/policy/gates/errors.ts";
import type { Machine } from "../../runtime/cli/machine.ts";
import { formatKeyFile } from "../../runtime/server/auth/key-file.ts";
import { HAS_REDIS, startRedis } from "../helpers/redis.ts";
import { GLOVEBOX, makeSharedMachine, runGlovebox, runInProcess } from "../helpers/run-glovebox.ts";
import { drawn, drop, NAME, swap, WRONG, YAML, type Wrong } from "../helpers/wrong-starts.ts";

let root: string;
let machine: Machine;
let shared: Awaited<ReturnType<typeof makeSharedMachine>> | undefined;
before(async () => {
  root = mkdtempSync(join(tmpdir(), "glovebox-production-"));
  mkdirSync(join(root, "home"), { mode: 0o700 });
  process.env["HOME"] = join(root, "home");
  shared = await makeSharedMachine();
  machine = shared.machine;
});
const home = process.env["HOME"] ?? "";
after(async () => {
  delete process.env[NAME];
  process.env["HOME"] = home;
  await shared?.close();
  rmSync(root, { recursive: true, force: true });
});

let count = 0;
function makeWorkspace(edit: (yaml: string) => string = (yaml) => yaml): string {
  count += 1;
  const folder = join(root, String(count));
  mkdirSync(join(folder, ".glovebox"), { recursive: true, mode: 0o700 });
  const yaml = edit(YAML).replaceAll("FOLDER", folder);
  writeFileSync(join(folder, "glovebox.yaml"), yaml, { mode: 0o600 });
  writeFileSync(join(folder, ".glovebox", "keys.json"), formatKeyFile([]), { mode: 0o600 });
  return folder;
}

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  },
};

/** The port as the log tells it. Rejects when the server ends first. */
function portOf(child: ChildProcessByStdio<null, null, Readable>): Promise<number> {
  let stderr = "";
  return new Promise((resolve, reject) => {
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      const [, port] = /"port":(\d+)/.exec(stderr) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
    child.once("exit", (code) => reject(new Error(`exit ${code}: ${stderr}`)));
  });
}

async function refusal(
  { edit, env = { [NAME]: drawn() }, spoil }: Omit<Wrong, "codes">,
  words: readonly string[] = ["serve", "--http"],
) {
  const folder = makeWorkspace(edit);
  spoil?.(folder);
  for (const [name, value] of Object.entries(env))
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  const config = join(folder, "glovebox.yaml");
  return runInProcess([...words, "--config", config], machine);
}

describe("production over HTTP", () => {
  it("starts with the configuration of the README, and answers", async () => {
    const folder = makeWorkspace();
    const { stdout } = await runGlovebox(["key", "new", "ann", "--tenant", "acme", "--json"], {
      cwd: folder,
    });
    const { key }: { key: string } = JSON.parse(stdout);
    const child = spawn(
      process.execPath,
      [GLOVEBOX, "serve", "--http", "--listen", "127.0.0.1:0"],
      {
        cwd: folder,
        env: { ...process.env, [NAME]: drawn() },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    try {
      const port = await portOf(child);
      const isReady = async (): Promise<boolean> =>
        (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200;
      // It has not attacked itself yet.
      assert.equal(await isReady(), false);
      while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 100));
      const ask = async (headers: Readonly<Record<string, string>>): Promise<number> => {
        const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            accept: "application/json, text/event-stream",
            ...headers,
          },
          body: JSON.stringify(INITIALIZE),
        });
        await response.text();
        return response.status;
      };
      assert.equal(await ask({}), 401);
      assert.equal(await ask({ authorization: `Bearer ${key}` }), 200);
      assert.equal(
        await ask({ authorization: `Bearer ${key}`, origin: "https://evil.example" }),
        403,
      );
      // Whoever is refused again and again is not listened to any more, whatever they bring then.
      const statuses = await Promise.all(Array.from({ length: 60 }, () => ask({})));
      assert.ok(statuses.includes(429), String(statuses));
      assert.equal(await ask({ authorization: `Bearer ${key}` }), 429);
    } finally {
      child.kill();
    }
  });

  it("starts with a waiver that names the gate, and says so in the log and the debt report", async () => {
    const waiver = `waivers:\n  - { gate: tls, reason: the mesh encrypts, until: "2099-01-01" }\n`;
    const folder = makeWorkspace((yaml) => drop(/^ {4}proxy:.*\n/m)(yaml) + waiver);
    await runGlovebox(["key", "new", "ann", "--tenant", "acme"], { cwd: folder });
    const child = spawn(
      process.execPath,
      [GLOVEBOX, "serve", "--http", "--listen", "127.0.0.1:0"],
      {
        cwd: folder,
        env: { ...process.env, [NAME]: drawn() },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    let log = "";
    child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
    try {
      await portOf(child);
      assert.match(log, /gate tls is waived until 2099-01-01: the mesh encrypts/);
    } finally {
      child.kill();
    }
    const config = join(folder, "glovebox.yaml");
    const { json } = await runInProcess(["debt", "--json", "--config", config], machine);
    const { items } = json as { items: { id: string }[] };
    assert.ok(items.some(({ id }) => id === "GB-WAIVER-tls"));
  });

  for (const [title, wrong] of Object.entries(WRONG)) {
    it(`refuses ${title}`, async () => {
      const { code, codes, stderr } = await refusal(wrong);
      assert.deepEqual(codes, wrong.codes, stderr);
      assert.equal(code, 3);
      const verified = await refusal(wrong, ["verify"]);
      assert.deepEqual([verified.code, verified.codes], [3, wrong.codes], "as `verify` says it");
    });
  }

  it("refuses each code that there is, but a secret that has two uses and is tried elsewhere", () => {
    const tried = new Set(Object.values(WRONG).flatMap(({ codes }) => codes));
    const left = Object.keys(GATE_ERRORS).filter((code) => !tried.has(code));
    assert.deepEqual(left, ["ERR_GATE_SECRET_SHARED"]);
  });

  it("says every reason at once, each with what to do", async () => {
    const { code, codes, stderr } = await refusal({
      edit: () =>
        `version: 1\nmode: production\nserver: { http: { listen: "0.0.0.0:8808" }, store: { redis: "env:${NAME}_2" } }\n`,
      env: { [NAME]: undefined, [`${NAME}_2`]: "redis://:secret@redis.internal" },
      spoil: (folder) => {
        chmodSync(folder, 0o777);
        chmodSync(join(folder, ".glovebox"), 0o777);
      },
    });
    assert.equal(code, 3);
    assert.deepEqual(codes.toSorted(), [
      "ERR_GATE_AUDIT",
      "ERR_GATE_AUTH",
      "ERR_GATE_HOSTS",
      "ERR_GATE_OPEN_LISTEN",
      "ERR_GATE_ORIGINS",
      "ERR_GATE_RATE",
      "ERR_GATE_READABLE",
      "ERR_GATE_SECRET_WEAK",
      "ERR_GATE_STATE_KEY",
      "ERR_GATE_TLS",
      "ERR_GATE_WRITABLE",
      "ERR_GATE_WRITABLE",
    ]);
    assert.doesNotMatch(stderr, /:secret@/);
  });

  it("refuses two secrets that are the same", async () => {
    const value = drawn();
    const url = `redis://:${encodeURIComponent(value)}@redis.internal`;
    const { codes } = await refusal({
      edit: swap(`env:${NAME}`, `env:${NAME}\n  store: { redis: env:${NAME}_2 }`),
      env: { [NAME]: value, [`${NAME}_2`]: url },
    });
    assert.deepEqual(codes, ["ERR_GATE_SECRET_SHARED"]);
  });

  it("refuses a secret in the configuration itself, and does not repeat it", async () => {
    const value = drawn();
    const { code, codes, stderr } = await refusal({
      edit: swap(`env:${NAME}`, JSON.stringify(value)),
    });
    assert.equal(code, 2);
    assert.deepEqual(codes, ["ERR_CONFIG_INVALID"]);
    assert.ok(!stderr.includes(value.slice(0, 8)), stderr);
  });
});

describe("development over HTTP", () => {
  it("refuses to let everyone in from elsewhere", async () => {
    const edit = (yaml: string): string =>
      yaml.replace("mode: production", "mode: development").replace("mode: keys", "mode: none");
    const { code, codes } = await refusal({ edit });
    assert.equal(code, 3);
    assert.deepEqual(codes, ["ERR_GATE_OPEN_LISTEN"]);
  });
});

describe("init --http", () => {
  it("writes what doctor finds nothing wrong with once the state key is drawn, and which holds no secret", async () => {
    const folder = join(root, "begun");
    mkdirSync(folder, { mode: 0o700 });
    const config = join(folder, "glovebox.yaml");
    assert.equal((await runInProcess(["init", "--http", "--config", config], machine)).code, 0);
    const doctor = async (): Promise<readonly string[]> => {
      const ended = await runInProcess(
        ["doctor", "--quick", "--json", "--config", config],
        machine,
      );
      const { checks } = ended.json as { checks: { name: string; state: string }[] };
      return checks
        .filter(({ name, state }) => name.startsWith("http") && state !== "ok")
        .map(({ name }) => name);
    };
    delete process.env[NAME];
    assert.deepEqual(await doctor(), ["http secrets"]);
    process.env[NAME] = drawn();
    assert.deepEqual(await doctor(), []);
  });
});

describe("doctor", () => {
  it("says which gates would refuse, with what to do, and what is waived", async () => {
    const folder = makeWorkspace(
      (yaml) =>
        `${drop(/^ {4}proxy:.*\n/m)(drop(/^ {2}rate:\n.*\n/m)(yaml))}waivers:\n  - { gate: rate, reason: for this test alone, until: "2099-01-01" }\n`,
    );
    process.env[NAME] = drawn();
    const { code, json } = await runInProcess(
      ["doctor", "--quick", "--json", "--config", join(folder, "glovebox.yaml")],
      machine,
    );
    const { checks } = json as { checks: { name: string; state: string; says: string }[] };
    const stateOf = (name: string) => checks.find((check) => check.name === name);
    assert.equal(stateOf("http tls")?.state, "failed");
    assert.match(stateOf("http tls")?.says ?? "", /ERR_GATE_TLS.*server\.http\.proxy\.trusted/);
    assert.equal(stateOf("http rate")?.state, "warning");
    assert.match(stateOf("http rate")?.says ?? "", /Waived/);
    assert.match(stateOf("waiver rate")?.says ?? "", /2099-01-01: for this test alone/);
    assert.equal(stateOf("http auth")?.state, "ok");
    assert.equal(code, 1);
  });

  /** Why a start would be refused, as doctor says it, and as `serve --http` does. */
  async function refusedBy(edit: (yaml: string) => string, spoil?: (folder: string) => void) {
    process.env[NAME] = drawn();
    const folder = makeWorkspace(edit);
    spoil?.(folder);
    const config = join(folder, "glovebox.yaml");
    const { code, json } = await runInProcess(
      ["doctor", "--quick", "--json", "--config", config],
      machine,
    );
    const { checks } = json as { checks: { state: string; says: string }[] };
    const failed = checks.flatMap(({ state, says }) =>
      state === "failed" ? [says.split(":")[0] ?? ""] : [],
    );
    const served = await runInProcess(["serve", "--http", "--config", config], machine);
    return { code, failed, served };
  }
  const keysFile = (folder: string): string => join(folder, ".glovebox", "keys.json");

  it("asks for a usable file of keys, as a start does before it says anything else", async () => {
    for (const [code, spoil] of [
      ["ERR_KEYS_MISSING", (folder: string) => rmSync(keysFile(folder))],
      ["ERR_KEYS_INVALID", (folder: string) => writeFileSync(keysFile(folder), "{")],
      ["ERR_KEYS_EXPOSED", (folder: string) => chmodSync(keysFile(folder), 0o620)],
    ] as const) {
      // Something else is wrong too: all of it is said at once.
      const found = await refusedBy(drop(/^ {2}rate:\n.*\n/m), spoil);
      assert.equal(found.code, 1);
      for (const codes of [found.failed, found.served.codes]) {
        assert.ok(codes.includes(code), `${code}: ${codes.join()}`);
        assert.ok(codes.includes("ERR_GATE_RATE"), codes.join());
      }
    }
  });

  it("asks what the configuration names that is not there", async () => {
    for (const [line, code] of [
      ["  scopes: { tools: { nobody__there: [files:read] } }\n", "ERR_CONFIG_INVALID"],
      ["  tasks: { tools: { nobody__there: {} } }\n", "ERR_CONFIG_INVALID"],
    ] as const) {
      const found = await refusedBy((yaml) => yaml.replace("server:\n", `server:\n${line}`));
      assert.deepEqual([found.code, found.failed], [1, [code]], line);
      assert.deepEqual(found.served.codes, [code]);
    }
  });

  it("asks the shared store, and does not wait for it for ever", async () => {
    process.env[`${NAME}_2`] = `redis://:${encodeURIComponent(drawn())}@127.0.0.1:1`;
    try {
      const found = await refusedBy(
        swap(`env:${NAME}`, `env:${NAME}\n  store: { redis: env:${NAME}_2 }`),
      );
      assert.deepEqual([found.code, found.failed], [1, ["ERR_STORE_UNREACHABLE"]]);
    } finally {
      delete process.env[`${NAME}_2`];
    }
  });

  it(
    "says that the shared store answers where it does",
    { skip: !HAS_REDIS && process.env["CI"] === undefined },
    async () => {
      await using redis = await startRedis();
      process.env[NAME] = drawn();
      process.env[`${NAME}_2`] = redis.url;
      try {
        const folder = makeWorkspace((yaml) =>
          swap(
            `env:${NAME}`,
            `env:${NAME}\n  store: { redis: env:${NAME}_2 }`,
          )(yaml).replace("mode: production", "mode: development"),
        );
        const config = join(folder, "glovebox.yaml");
        const { code, stdout } = await runInProcess(
          ["doctor", "--quick", "--config", config],
          machine,
        );
        assert.equal(code, 0, stdout);
        assert.match(stdout, /the shared store answers/);
      } finally {
        delete process.env[`${NAME}_2`];
      }
    },
  );

  it("finds nothing where a start finds nothing", async () => {
    process.env[NAME] = drawn();
    const config = join(makeWorkspace(), "glovebox.yaml");
    const verified = await runInProcess(["verify", "--config", config], machine);
    assert.equal(verified.code, 0, verified.stderr);
    assert.match(verified.stdout, /`glovebox serve --http` starts/);
    const { code, stdout } = await runInProcess(["doctor", "--config", config], machine);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /Everything that a start needs is in order/);
    // Its clients bring keys, and it names a proxy.
    assert.match(stdout, /http issuer +ok +does not apply here: do tokens/);
    assert.match(stdout, /http audience +ok +does not apply here/);
    assert.match(stdout, /http client-ca +ok +does not apply here/);
    assert.match(stdout, /http proxy +ok +is nobody but a proxy .* yes/);
    assert.match(stdout, /ring 2 +ok/);
    assert.match(stdout, /audit +ok +it can be written/);
    assert.match(stdout, /secrets +ok +1 can be read/);
  });
});
