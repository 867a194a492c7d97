// Two servers, two tenants, and one of the two erased while both servers run: what is left of it anywhere, and what a
// restored backup still tells. Once with files and a folder of keys, once with Redis, a token and a folder for each replica.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  cpSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createClient } from "@redis/client";
import type { JsonObject } from "@glovebox/host-api/json";
import { copyWorkspace } from "../helpers/copy-workspace.ts";
import { filesWith, holdsOne, writingsOf } from "../helpers/find-bytes.ts";
import { askModern, textIn } from "../helpers/modern-client.ts";
import { HAS_REDIS, startRedis, type RealRedis } from "../helpers/redis.ts";
import { startReplica, type Replica } from "../helpers/replicas.ts";
import {
  GLOVEBOX,
  makeServedWorkspace,
  type ServedWorkspace,
} from "../helpers/served-workspace.ts";
import { HAS_SOFTHSM, makeSoftToken } from "../helpers/soft-token.ts";

const KEEPER = {
  folder: join(import.meta.dirname, "../helpers/tenant-plugin"),
  grants: ["kv", "filesystem=read-write"],
};
const TENANTS = ["acme", "acme-two"] as const;
type Tenant = (typeof TENANTS)[number];
const BACKUP = "before";

let built: ServedWorkspace;
before(async () => {
  built = await makeServedWorkspace([KEEPER]);
  const text = readFileSync(built.configFile, "utf8");
  writeFileSync(
    built.configFile,
    text.replace(/^( +)source:/m, "$1approvals: { send: always }\n$1source:"),
  );
});
after(() => built.remove());

/** What each tenant has kept: nobody else writes these words. */
const SECRETS: Readonly<Record<Tenant, string>> = {
  acme: `acme keeps Äpfel ${randomBytes(12).toString("hex")}`,
  "acme-two": `two keeps Öl ${randomBytes(12).toString("hex")}`,
};

class World {
  readonly folder = mkdtempSync(join(tmpdir(), "glovebox-erase-"));
  readonly workspaces: readonly string[];
  readonly environment: Record<string, string>;
  readonly keys: Partial<Record<Tenant, string>> = {};
  replicas: Replica[] = [];

  constructor(names: readonly string[], settings: string, environment: Record<string, string>) {
    this.environment = environment;
    this.workspaces = names.map((name) => join(this.folder, name));
    const [first = ""] = this.workspaces;
    copyWorkspace(built.folder, first);
    const file = join(first, "glovebox.yaml");
    writeFileSync(file, `${readFileSync(file, "utf8")}${settings}`);
    for (const tenant of TENANTS)
      this.keys[tenant] = this.run(["key", "new", tenant, "--tenant", tenant])["key"] as string;
    for (const other of this.workspaces.slice(1)) copyWorkspace(first, other);
  }

  /** Two servers, of the one folder or of one each. */
  async start(): Promise<void> {
    for (const at of [0, 1])
      this.replicas[at] = await startReplica(
        join(this.workspaces[at] ?? this.workspaces[0] ?? "", "glovebox.yaml"),
        this.environment,
      );
  }

  async stop(): Promise<void> {
    for (const { child } of this.replicas) child.kill("SIGTERM");
    await Promise.all(this.replicas.map(({ exited }) => exited));
    this.replicas = [];
  }

  run(words: readonly string[], at = 0, code = 0): JsonObject {
    const ran = spawnSync(process.execPath, [GLOVEBOX, ...words, "--json"], {
      cwd: this.workspaces[at] ?? "",
      encoding: "utf8",
      env: { ...process.env, ...this.environment },
    });
    assert.equal(ran.status, code, ran.stderr + ran.stdout);
    return (ran.stdout === "" ? { stderr: ran.stderr } : JSON.parse(ran.stdout)) as JsonObject;
  }

  ask(at: number, tenant: Tenant, method: string, params: JsonObject): Promise<JsonObject> {
    const headers = { authorization: `Bearer ${this.keys[tenant]}` };
    return askModern(this.replicas[at]?.url ?? "", method, params, { headers });
  }

  call(at: number, tenant: Tenant, name: string, args: JsonObject = {}): Promise<JsonObject> {
    return this.ask(at, tenant, "tools/call", { name: `keeper__${name}`, arguments: args });
  }

  /** What the store and the file of a tenant hold, as one of the servers says. */
  async show(at: number, tenant: Tenant): Promise<readonly unknown[]> {
    const answer = await this.call(at, tenant, "show");
    assert.notEqual(answer["isError"], true, JSON.stringify(answer));
    const [block] = answer["content"] as readonly { readonly text: string }[];
    const { kv, file } = JSON.parse(block?.text ?? "") as JsonObject;
    return [kv, file];
  }

  /** A task whose arguments and result are kept, and what waits for an operator. */
  async keep(at: number, tenant: Tenant): Promise<string> {
    const begun = await this.call(at, tenant, "keep", { text: SECRETS[tenant] });
    const taskId = textIn(begun, "taskId");
    for (let tries = 0; ; tries += 1) {
      const { status, result } = await this.ask(at, tenant, "tasks/get", { taskId });
      if (status === "completed") {
        // A tool that was refused is completed too, and keeps nothing.
        assert.match(JSON.stringify(result), /"kept"/, JSON.stringify(result));
        break;
      }
      assert.ok(tries < 200, `the task is ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const url = `https://example.com/${SECRETS[tenant]}`;
    const headers = { authorization: `Bearer ${this.keys[tenant]}` };
    const params = { name: "keeper__send", arguments: { url } };
    const options = { headers, capabilities: {} };
    const held = await askModern(this.replicas[at]?.url ?? "", "tools/call", params, options);
    assert.match(JSON.stringify(held), /APPROVAL_REQUIRED/);
    return taskId;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const settingsOf = (keys: string, more: string): string => `
encryption:
  keys: ${keys}
server:
  auth: { mode: keys }
  tasks: { tools: { keeper__keep: {} } }
${more}`;

/** What both worlds show. `search` names every place that holds one of the words. */
async function eraseOne(
  world: World,
  search: (words: readonly string[]) => Promise<readonly string[]>,
  backUp: { save(): Promise<void>; restore(): Promise<void> },
): Promise<void> {
  await world.start();
  const taskId = await world.keep(0, "acme");
  await world.keep(1, "acme-two");
  const homes = { acme: 0, "acme-two": 0 };
  for (const tenant of TENANTS) {
    const secret = SECRETS[tenant];
    // A task is run by whichever replica is first: where each has a folder, one of them has what it wrote.
    const shown = [await world.show(0, tenant), await world.show(1, tenant)];
    homes[tenant] = shown.findIndex(([kv]) => kv === secret);
    const own = world.workspaces.length === 1 ? shown : [shown[homes[tenant]]];
    for (const each of own) assert.deepEqual(each, [secret, secret]);
    const { status } = await world
      .ask(1, tenant === "acme" ? "acme" : "acme-two", "tasks/get", {
        taskId,
      })
      .catch(() => ({ status: "not there" }));
    assert.equal(status, tenant === "acme" ? "completed" : "not there");
  }
  const { pending } = world.run(["approvals", "list"]) as { pending: readonly unknown[] };
  assert.equal(pending.length, 2);
  // While it all works, none of it can be read anywhere.
  assert.deepEqual(await search(Object.values(SECRETS)), []);
  await backUp.save();

  const erased = world.run(["tenant", "erase", "acme", "--yes"]);
  assert.equal(erased["destroyed"], 1);
  assert.equal(erased["sampleRefused"], true);
  assert.deepEqual(await search(Object.values(SECRETS)), []);
  for (const at of world.workspaces.keys())
    if (at > 0) world.run(["tenant", "erase", "acme", "--yes"], at);
  // The tenant that comes back has nothing, on both servers; the other, whose name begins the same, has everything.
  for (const at of [0, 1]) assert.deepEqual(await world.show(at, "acme"), [null, null]);
  const at = homes["acme-two"];
  assert.deepEqual(await world.show(at, "acme-two"), [SECRETS["acme-two"], SECRETS["acme-two"]]);
  await assert.rejects(world.ask(0, "acme", "tasks/get", { taskId }));
  const left = world.run(["approvals", "list"]) as { pending: readonly { tenant: string }[] };
  assert.deepEqual(
    left.pending.map(({ tenant }) => tenant),
    ["acme-two"],
  );

  // Somebody puts everything back as it was before, keys excepted.
  await world.stop();
  await backUp.restore();
  await world.start();
  const refused = await world.call(0, "acme", "show");
  assert.equal(refused["isError"], true);
  assert.ok(!holdsOne(Buffer.from(JSON.stringify(refused)), writingsOf(SECRETS.acme)));
  await assert.rejects(world.ask(0, "acme", "tasks/get", { taskId }));
  assert.deepEqual(await world.show(at, "acme-two"), [SECRETS["acme-two"], SECRETS["acme-two"]]);
  assert.deepEqual(await search(Object.values(SECRETS)), []);
  // Erased again, it can begin anew.
  for (const [index] of world.workspaces.entries()) {
    const again = world.run(["tenant", "erase", "acme", "--yes"], index);
    // Nobody had a key that opened it: that this one does not open now shows nothing.
    assert.notEqual(again["sampleRefused"], true);
  }
  assert.deepEqual(await world.show(0, "acme"), [null, null]);
}

test("the search finds a text in every writing", () => {
  const text = SECRETS.acme;
  for (const writing of writingsOf(text))
    assert.ok(holdsOne(Buffer.concat([Buffer.from("x y"), writing]), writingsOf(text)));
  for (const before of ["", "a", "ab"]) {
    const base64 = Buffer.from(Buffer.from(`${before}${text}after`).toString("base64"));
    assert.ok(holdsOne(base64, writingsOf(text)));
  }
});

test("a tenant is erased under two servers that share a folder, by keys in another", async () => {
  const keyFolder = mkdtempSync(join(tmpdir(), "glovebox-erase-keys-"));
  const settings = settingsOf(`{ file: ${join(keyFolder, "keys")} }`, "");
  await using world = new World(["one"], settings, {});
  const [folder = ""] = world.workspaces;
  const [live, kept] = [join(folder, ".glovebox"), join(world.folder, BACKUP)];
  try {
    await eraseOne(world, async (words) => filesWith(live, words), {
      save: async () => cpSync(live, kept, { recursive: true }),
      restore: async () => {
        rmSync(live, { recursive: true });
        cpSync(kept, live, { recursive: true });
      },
    });
    // The trail says that it was done.
    const trails = globSync("audit*", { cwd: live }).map((file) => readFileSync(join(live, file)));
    assert.ok(trails.some((trail) => trail.includes('"tenant-erased"')));
  } finally {
    rmSync(keyFolder, { recursive: true, force: true });
  }
});

describe("with Redis and a token", { skip: !HAS_REDIS || !HAS_SOFTHSM }, () => {
  let redis: RealRedis;
  before(async () => {
    redis = await startRedis();
  });
  after(() => redis[Symbol.asyncDispose]());

  test("a tenant is erased under two replicas that share nothing else", async () => {
    const tokenFolder = mkdtempSync(join(tmpdir(), "glovebox-erase-token-"));
    const { module, token, pin, environment } = makeSoftToken(tokenFolder);
    const settings = settingsOf(
      `{ pkcs11: { module: ${module}, token: ${token}, pin: env:TEST_PIN } }`,
      "  store: { redis: env:TEST_REDIS_URL }\n  state_key: env:TEST_STATE_KEY\n",
    );
    await using world = new World(["one", "two"], settings, {
      ...environment,
      TEST_PIN: pin,
      TEST_REDIS_URL: redis.url,
      TEST_STATE_KEY: randomBytes(32).toString("hex"),
    });
    const client = createClient({ url: redis.url });
    await client.connect();
    const dumps = new Map<string, Buffer>();
    const inRedis = async (words: readonly string[]): Promise<readonly string[]> => {
      // As Redis writes it to a disk, without its compression, which would hide what is there.
      await client.configSet("rdbcompression", "no");
      const { dir = "" } = await client.configGet("dir");
      await client.sendCommand(["SAVE"]);
      const found = filesWith(dir, words);
      rmSync(join(dir, "dump.rdb"));
      return found;
    };
    const live = world.workspaces.map((folder) => join(folder, ".glovebox"));
    const kept = world.workspaces.map((_, index) => join(world.folder, `${BACKUP}-${index}`));
    try {
      await eraseOne(
        world,
        async (words) => [
          ...live.flatMap((folder) => filesWith(folder, words)),
          ...(await inRedis(words)),
          ...filesWith(tokenFolder, words),
        ],
        {
          async save() {
            for (const [index, folder] of live.entries())
              cpSync(folder, kept[index] ?? "", { recursive: true });
            const raw = client.withTypeMapping({ 36: Buffer });
            for (const key of await client.keys("*")) {
              const dump = await raw.dump(key);
              if (dump) dumps.set(key, Buffer.from(dump));
            }
          },
          async restore() {
            for (const [index, folder] of live.entries()) {
              rmSync(folder, { recursive: true });
              cpSync(kept[index] ?? "", folder, { recursive: true });
            }
            await client.flushAll();
            for (const [key, dump] of dumps) await client.restore(key, 0, dump);
          },
        },
      );
      assert.ok(dumps.size > 5);
    } finally {
      client.destroy();
      rmSync(tokenFolder, { recursive: true, force: true });
    }
  });

  test("a tenant that calls again before each machine has erased it is refused there, and loses its new key to what erases it late", async () => {
    const tokenFolder = mkdtempSync(join(tmpdir(), "glovebox-erase-token-"));
    const { module, token, pin, environment } = makeSoftToken(tokenFolder);
    // The tool is no task here: whoever is asked runs it.
    const settings = `
encryption: { keys: { pkcs11: { module: ${module}, token: ${token}, pin: env:TEST_PIN } } }
server:
  auth: { mode: keys }
  store: { redis: env:TEST_REDIS_URL }
  state_key: env:TEST_STATE_KEY
`;
    await using world = new World(["one", "two"], settings, {
      ...environment,
      TEST_PIN: pin,
      // Another database: what the test above left there is sealed with another state key.
      TEST_REDIS_URL: `${redis.url}/1`,
      TEST_STATE_KEY: randomBytes(32).toString("hex"),
    });
    const keep = async (at: number): Promise<void> => {
      const answer = await world.call(at, "acme", "keep", { text: SECRETS.acme });
      assert.match(JSON.stringify(answer), /"kept"/);
    };
    try {
      await world.start();
      for (const at of [0, 1]) await keep(at);
      world.run(["tenant", "erase", "acme", "--yes"]);
      // It comes back where it was erased, and is refused where it was not.
      await keep(0);
      assert.equal((await world.call(1, "acme", "show"))["isError"], true);
      // Whatever erases it there destroys the key that it has by now.
      assert.equal(world.run(["tenant", "erase", "acme", "--yes"], 1)["destroyed"], 1);
      assert.deepEqual(await world.show(1, "acme"), [null, null]);
      assert.equal((await world.call(0, "acme", "show"))["isError"], true);
      // Run on each before it calls, it begins anew on each.
      for (const at of [0, 1]) world.run(["tenant", "erase", "acme", "--yes"], at);
      for (const at of [0, 1]) {
        assert.deepEqual(await world.show(at, "acme"), [null, null]);
        await keep(at);
        assert.deepEqual(await world.show(at, "acme"), [SECRETS.acme, SECRETS.acme]);
      }
    } finally {
      rmSync(tokenFolder, { recursive: true, force: true });
    }
  });
});

test("the command refuses in words, and erases nothing that nobody agreed to", async () => {
  const keyFolder = mkdtempSync(join(tmpdir(), "glovebox-erase-keys-"));
  const folder = join(keyFolder, "keys");
  await using world = new World(["one"], "", {});
  const [workspace = ""] = world.workspaces;
  const configFile = join(workspace, "glovebox.yaml");
  const plain = readFileSync(configFile, "utf8");
  const configure = (keys: string): void =>
    writeFileSync(configFile, `${plain}\nencryption: { keys: ${keys} }\n`);
  const refused = (words: readonly string[], code: number): string =>
    JSON.stringify(world.run(words, 0, code));
  const keep = ["call", "keeper__keep", JSON.stringify({ text: SECRETS.acme })];
  const live = join(workspace, ".glovebox");
  try {
    assert.match(refused(["tenant", "erase", "acme", "--yes"], 2), /ERR_AT_REST_OFF/);
    assert.deepEqual(world.run(["tenant", "list"]), { tenants: [] });
    world.run(keep);
    assert.ok(filesWith(live, [SECRETS.acme]).length > 0);

    // A server from before would go on in clear, whatever the configuration says by now.
    world.replicas = [await startReplica(configFile, {})];
    configure(`{ file: ${folder} }`);
    assert.match(refused(["tenant", "encrypt", "--yes"], 3), /ERR_AT_REST_IN_USE/);
    assert.match(refused(["tenant", "erase", "local", "--yes"], 3), /ERR_AT_REST_IN_USE/);
    await world.stop();

    // What was kept before is refused, until it is encrypted.
    configure(`{ file: ${folder} }`);
    assert.match(refused(["call", "keeper__show"], 3), /ERR_AT_REST_PLAIN/);
    assert.match(refused(["verify"], 3), /ERR_AT_REST_PLAIN/);
    assert.match(refused(["tenant", "encrypt"], 3), /ERR_NOT_APPROVED/);
    assert.deepEqual(world.run(["tenant", "encrypt", "--yes"]), {
      stores: 1,
      folders: 1,
      deleted: 0,
    });
    assert.deepEqual(world.run(["tenant", "encrypt", "--yes"]), {
      stores: 0,
      folders: 0,
      deleted: 0,
    });
    assert.deepEqual(filesWith(live, [SECRETS.acme]), []);
    assert.match(JSON.stringify(world.run(["call", "keeper__show"])), /Äpfel/);

    // Names that mean something to a file system, are too long, or are nobody's.
    const names = [
      "",
      "..",
      "../data",
      "x".repeat(10_000),
      "a\u0000b",
      "LOCAL",
      "loca",
      "acme\u202E",
    ];
    for (const name of names)
      if (!name.includes("\u0000"))
        assert.match(refused(["tenant", "erase", name, "--yes"], 2), /ERR_(USAGE|TENANT_UNKNOWN)/);
    assert.match(refused(["tenant", "erase", "local"], 3), /ERR_NOT_APPROVED/);
    const { tenants } = world.run(["tenant", "list"]) as { tenants: readonly JsonObject[] };
    assert.deepEqual(
      tenants.map(({ name, state }) => [name, state]),
      [["local", "open"]],
    );

    // Without the section what is encrypted is not read, and nothing is written beside it.
    writeFileSync(configFile, plain);
    const without = spawnSync(process.execPath, [GLOVEBOX, "call", "keeper__show"], {
      cwd: workspace,
      encoding: "utf8",
    });
    assert.notEqual(without.status, 0);

    // Keys in the workspace or around it, open to others, or not to be had.
    for (const inside of [join(workspace, "keys"), live, tmpdir(), "/"]) {
      configure(`{ file: ${inside} }`);
      assert.match(
        refused(["call", "keeper__show"], inside === "/" ? 2 : 3),
        /ERR_KEY_FOLDER|ERR_CONFIG/,
      );
    }
    configure(`{ pkcs11: { module: /nowhere.so, token: none, pin: env:TEST_NO_PIN } }`);
    assert.match(refused(["call", "keeper__show"], 3), /ERR_TENANT_KEY_RECORD/);
    const doctor = JSON.stringify(world.run(["doctor"], 0, 1));
    assert.match(doctor, /"name":"encryption","state":"failed"/);
    configure(`{ file: ${folder} }`);
    chmodSync(folder, 0o755);
    assert.match(refused(["call", "keeper__show"], 3), /ERR_KEY_FOLDER/);
    chmodSync(folder, 0o700);

    // The tenant of whoever runs it is one like the others.
    assert.equal(world.run(["tenant", "erase", "local", "--yes"])["destroyed"], 1);
    assert.equal(world.run(["tenant", "erase", "local", "--yes"])["erased"], false);
    assert.match(JSON.stringify(world.run(["call", "keeper__show"])), /\\"kv\\":null/);

    // Keys that do not answer, where there is no record yet.
    world.run(["tenant", "erase", "local", "--yes"]);
    configure(`{ pkcs11: { module: /nowhere.so, token: none, pin: env:TEST_NO_PIN } }`);
    assert.match(refused(["call", "keeper__show"], 3), /ERR_KEY_PROVIDER/);
  } finally {
    rmSync(keyFolder, { recursive: true, force: true });
  }
});
