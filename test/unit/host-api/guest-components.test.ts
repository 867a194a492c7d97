import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { CapabilityBroker, CapabilityName } from "@glovebox/host-api/capability";
import { GuestRefusal } from "@glovebox/host-api/guest";
import { makeImports } from "@glovebox/host-api/guest-registry";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { makePowers } from "../../../runtime/powers/make-powers.ts";
import {
  buildGuest,
  instantiateGuest,
  transpileGuest,
  type Transpiled,
} from "../../helpers/guest-component.ts";
import { makeLoopback } from "../../helpers/loopback.ts";

const PACKAGES = {
  keyvalue: `package wasi:keyvalue@0.2.0-draft2;
    interface store {
      variant error { no-such-store, access-denied, other(string) }
      record key-response { keys: list<string>, cursor: option<string> }
      open: func(identifier: string) -> result<bucket, error>;
      resource bucket {
        get: func(key: string) -> result<option<list<u8>>, error>;
        set: func(key: string, value: list<u8>) -> result<_, error>;
        delete: func(key: string) -> result<_, error>;
        exists: func(key: string) -> result<bool, error>;
        list-keys: func(cursor: option<string>) -> result<key-response, error>;
      }
    }`,
  logging: `package wasi:logging;
    interface logging {
      enum level { trace, debug, info, warn, error, critical }
      log: func(level: level, context: string, message: string);
    }`,
};

const INTERFACES = {
  kv: "glovebox:plugin/kv@0.1.0",
  env: "glovebox:plugin/env@0.1.0",
  clock: "glovebox:plugin/clock@0.1.0",
  random: "glovebox:plugin/random@0.1.0",
  log: "glovebox:plugin/log@0.1.0",
  progress: "glovebox:plugin/progress@0.1.0",
  context: "glovebox:plugin/context@0.1.0",
  store: "wasi:keyvalue/store@0.2.0-draft2",
  logging: "wasi:logging/logging",
  environment: "wasi:cli/environment@0.2.12",
  exit: "wasi:cli/exit@0.2.12",
  stdin: "wasi:cli/stdin@0.2.12",
  stdout: "wasi:cli/stdout@0.2.12",
  stderr: "wasi:cli/stderr@0.2.12",
  terminalStdin: "wasi:cli/terminal-stdin@0.2.12",
  terminalStdout: "wasi:cli/terminal-stdout@0.2.12",
  monotonic: "wasi:clocks/monotonic-clock@0.2.12",
  wall: "wasi:clocks/wall-clock@0.2.12",
  poll: "wasi:io/poll@0.2.12",
  secure: "wasi:random/random@0.2.12",
  insecure: "wasi:random/insecure@0.2.12",
  seed: "wasi:random/insecure-seed@0.2.12",
  network: "wasi:sockets/instance-network@0.2.12",
  lookup: "wasi:sockets/ip-name-lookup@0.2.12",
  tcp: "wasi:sockets/tcp@0.2.12",
  createTcp: "wasi:sockets/tcp-create-socket@0.2.12",
  udp: "wasi:sockets/udp@0.2.12",
  createUdp: "wasi:sockets/udp-create-socket@0.2.12",
};

const WORLD = `world guest {
  ${Object.values(INTERFACES)
    .map((name) => `import ${name};`)
    .join("\n")}
  export run: func(code: string) -> string;
}`;

// The guest runs what a test hands it, and answers JSON; \`err\` shows what a refusal looks like from inside.
const SOURCE = `
${Object.entries(INTERFACES)
  .map(([name, from]) => `import * as ${name} from "${from}";`)
  .join("\n")}
const all = { ${Object.keys(INTERFACES).join(", ")} };
const err = (operation) => { try { return ["ok", operation()]; } catch (error) { return ["err", error.payload ?? String(error)]; } };
const show = (key, value) => typeof value === "bigint" ? value + "n" : value instanceof Uint8Array ? ["bytes", ...value] : value === undefined ? "undefined" : value;
export function run(code) {
  return JSON.stringify(new Function("api", "err", "with (api) { return (" + code + "); }")(all, err), show);
}`;

const FILESYSTEM = {
  "wasi:filesystem/preopens": { getDirectories: () => [] },
  "wasi:filesystem/types": { Descriptor: class {} },
};

let guest: Transpiled;
const folder = mkdtempSync(join(tmpdir(), "kv-"));
const powers = makePowers({
  openBeneath: () => assert.fail(),
  resolveHost: () => assert.fail(),
  sendHttp: () => assert.fail(),
  readSecret: () => assert.fail(),
});
const brokers: CapabilityBroker[] = [];

before(async () => {
  guest = await transpileGuest(await buildGuest(WORLD, SOURCE, PACKAGES));
});
after(() => {
  for (const broker of brokers) broker.close?.();
  rmSync(folder, { recursive: true });
});

const GRANTS = { kv: "64KiB", env: { UNITS: "metric" }, clock: true, random: true } as const;

/** A fresh instance with the named capabilities granted. */
function start(names: readonly (keyof typeof GRANTS)[], context = {}) {
  const granted: Partial<Record<CapabilityName, CapabilityBroker>> = {};
  for (const name of names) {
    const capability = CAPABILITIES[name];
    const broker = capability.makeBroker(
      capability.parseGrant(GRANTS[name]),
      { plugin: "test", folder },
      powers,
    );
    brokers.push(broker);
    granted[name] = broker;
  }
  const loopback = makeLoopback(granted, context);
  const exports = instantiateGuest(guest, { ...makeImports(loopback), ...FILESYSTEM });
  const run = (code: string) => JSON.parse(exports["run"]?.(code) ?? "");
  return { run, notes: loopback.notes, asked: loopback.asked };
}

const EVERYTHING = ["kv", "env", "clock", "random"] as const;

test("keeps, lists and deletes bytes through glovebox:plugin/kv", () => {
  const { run } = start(["kv"]);
  assert.equal(run(`kv.getValue("a")`), null);
  run(`kv.setValue("a", new Uint8Array([0, 1, 255]))`);
  run(`kv.setValue("empty", new Uint8Array(0))`);
  assert.deepEqual(run(`kv.getValue("a")`), ["bytes", 0, 1, 255]);
  assert.deepEqual(run(`kv.getValue("empty")`), ["bytes"]);
  assert.deepEqual(run(`kv.listKeys("", undefined)`), ["a", "empty"]);
  assert.deepEqual(run(`kv.listKeys("", "a")`), ["empty"]);
  assert.deepEqual(run(`["a", "a", "empty"].map((key) => kv.deleteValue(key))`), [
    true,
    false,
    true,
  ]);
});

test("answers kv refusals as the error enum", () => {
  const { run } = start(["kv"]);
  assert.deepEqual(run(`err(() => kv.getValue(""))`), ["err", "invalid-argument"]);
  assert.deepEqual(run(`err(() => kv.getValue("k".repeat(513)))`), ["err", "invalid-argument"]);
  assert.deepEqual(run(`err(() => kv.setValue("a", new Uint8Array(65536)))`), [
    "err",
    "quota-exceeded",
  ]);
  assert.deepEqual(run(`err(() => kv.setValue("a", new Uint8Array(2000000)))`), [
    "err",
    "too-large",
  ]);
});

test("serves wasi:keyvalue over the same store", () => {
  const { run } = start(["kv"]);
  run(`kv.setValue("shared", new Uint8Array([7]))`);
  const code = `(() => {
    const bucket = store.open("default");
    bucket.set("w", new Uint8Array([9]));
    const seen = [bucket.get("shared"), bucket.get("none"), bucket.exists("w"), bucket.listKeys(undefined)];
    bucket.delete("w");
    bucket.delete("shared");
    return [...seen, bucket.exists("w")];
  })()`;
  assert.deepEqual(run(code), [
    ["bytes", 7],
    null,
    true,
    { keys: ["shared", "w"], cursor: null },
    false,
  ]);
  assert.deepEqual(run(`err(() => store.open("other"))`), ["err", { tag: "no-such-store" }]);
  assert.deepEqual(run(`err(() => store.open("").get(""))`), [
    "err",
    { tag: "other", val: "invalid-argument" },
  ]);
});

test("shows granted values, and no others, as environment", () => {
  const { run } = start(["env"]);
  assert.equal(run(`env.getValue("UNITS")`), "metric");
  assert.equal(run(`env.getValue("PATH")`), null);
  assert.equal(run(`env.getValue("__proto__")`), null);
  assert.deepEqual(run(`env.names()`), ["UNITS"]);
  assert.deepEqual(run(`environment.getEnvironment()`), [["UNITS", "metric"]]);
});

test("tells the time and sleeps with the clock grant", () => {
  const { run } = start(["clock"]);
  const beforeMs = Date.now();
  const nowMs = run(`clock.now()`);
  assert.ok(nowMs >= beforeMs && nowMs <= Date.now());
  const wall = run(`wall.now()`);
  assert.ok(wall.seconds >= Math.floor(beforeMs / 1000) && wall.nanoseconds < 1e9);
  assert.ok(run(`[clock.monotonic(), clock.sleep(5), clock.monotonic()]`).at(2) > 0);
  const [earlier, later] = run(`[monotonic.now(), clock.sleep(5), monotonic.now()]`).filter(Number);
  assert.ok(later - earlier >= 4e6);
});

test("polls the timer that ends first, not the one that stands first", () => {
  const { run, asked } = start(["clock"]);
  const code = `(() => {
    const late = monotonic.subscribeDuration(3600000000000);
    const soon = monotonic.subscribeDuration(200000000);
    return [soon.ready(), poll.poll([late, soon]), soon.ready(), late.ready()];
  })()`;
  assert.deepEqual(run(code), [false, [1], true, false]);
  assert.ok(asked.includes("clock.sleep"));
});

test("draws different secure bytes with the random grant", () => {
  const { run } = start(["random"]);
  assert.equal(run(`random.getBytes(16)`).length, 17);
  assert.deepEqual(run(`err(() => random.getBytes(65537))`), ["err", "too-large"]);
  assert.notDeepEqual(run(`secure.getRandomBytes(16)`), run(`secure.getRandomBytes(16)`));
  assert.equal(run(`secure.getRandomBytes(70000).length`), 70000);
  assert.notDeepEqual(run(`seed.insecureSeed()`), run(`seed.insecureSeed()`));
  assert.notEqual(run(`secure.getRandomU64()`), run(`secure.getRandomU64()`));
});

test("refuses every glovebox function without a grant, with not-permitted", () => {
  const { run } = start([]);
  for (const code of [
    `kv.getValue("a")`,
    `kv.setValue("a", new Uint8Array(1))`,
    `kv.deleteValue("a")`,
    `kv.listKeys("", undefined)`,
    `env.getValue("UNITS")`,
    `env.names()`,
    `clock.now()`,
    `clock.monotonic()`,
    `clock.sleep(1)`,
    `random.getBytes(1)`,
  ]) {
    assert.deepEqual(run(`err(() => ${code})`), ["err", "not-permitted"], code);
  }
});

test("links WASI without a grant, and tells nothing", () => {
  const { run, asked } = start([]);
  assert.deepEqual(run(`environment.getEnvironment()`), []);
  assert.deepEqual(run(`wall.now()`), { seconds: 0, nanoseconds: 0 });
  assert.equal(run(`Date.now()`), 0);
  assert.deepEqual(
    run(`(() => { const start = monotonic.now(); return monotonic.now() - start; })()`),
    1e6,
  );
  assert.deepEqual(run(`insecure.getInsecureRandomBytes(3)`), ["bytes", 0, 0, 0]);
  assert.deepEqual(run(`seed.insecureSeed()`), [0, 0]);
  assert.deepEqual(run(`err(() => store.open("").get("a"))`), ["err", { tag: "access-denied" }]);
  assert.deepEqual(asked, ["kv.get"]);
});

test("ends a wait at once without the clock grant, so that no program hangs", () => {
  const { run } = start([]);
  const code = `(() => {
    const end = monotonic.now() + 5000000000;
    const pollable = monotonic.subscribeInstant(end);
    return [poll.poll([pollable]), monotonic.now() >= end];
  })()`;
  assert.deepEqual(run(code), [[0], true]);
});

test("traps secure randomness without the grant", () => {
  assert.throws(() => start([]).run(`secure.getRandomBytes(8)`), GuestRefusal);
  assert.throws(() => start([]).run(`secure.getRandomU64()`), GuestRefusal);
});

test("refuses every socket", () => {
  const { run } = start(EVERYTHING);
  for (const code of [
    `createTcp.createTcpSocket("ipv4")`,
    `createUdp.createUdpSocket("ipv6")`,
    `lookup.resolveAddresses(network.instanceNetwork(), "example.com")`,
  ]) {
    assert.deepEqual(run(`err(() => ${code})`), ["err", "access-denied"], code);
  }
});

test("has no standard input, no terminal and no arguments", () => {
  const { run } = start(EVERYTHING);
  assert.deepEqual(run(`err(() => stdin.getStdin().blockingRead(10))`), ["err", { tag: "closed" }]);
  assert.equal(run(`terminalStdin.getTerminalStdin()`), null);
  assert.equal(run(`terminalStdout.getTerminalStdout()`), null);
  assert.deepEqual(run(`environment.getArguments()`), ["plugin"]);
  assert.equal(run(`environment.initialCwd()`), null);
});

test("ends the call on exit", () => {
  assert.throws(() => start([]).run(`exit.exit({ tag: "err" })`), { name: "GuestExit", status: 1 });
  assert.throws(() => start([]).run(`exit.exit({ tag: "ok" })`), { name: "GuestExit", status: 0 });
});

test("sends log lines, standard output and progress as notes, without a grant", () => {
  const { run, notes, asked } = start([]);
  run(`log.write("debug", "a")`);
  run(`logging.log("critical", "where", "b")`);
  run(`stdout.getStdout().blockingWriteAndFlush(new Uint8Array([99, 10, 10]))`);
  run(`stderr.getStderr().write(new Uint8Array([101, 10]))`);
  run(`progress.report(1, undefined, undefined)`);
  run(`progress.report(2, 3, "c")`);
  run(`progress.report(0 / 0, 3, "not a number")`);
  assert.deepEqual(
    notes.map(({ name, args }) => [name, ...args]),
    [
      ["log", "debug", "a"],
      ["log", "error", "where: b"],
      ["log", "info", "c"],
      ["log", "warn", "e"],
      ["progress", 1, null, null],
      ["progress", 2, 3, "c"],
    ],
  );
  assert.deepEqual(asked, []);
});

test("hands the call's context over as JSON", () => {
  const { run } = start([], { call_id: "c", deadline_ms: 10 });
  assert.deepEqual(JSON.parse(run(`context.getContext()`)), { call_id: "c", deadline_ms: 10 });
});
