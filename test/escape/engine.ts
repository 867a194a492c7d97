// JavaScript in the runner's realm: what a name that became code would run, or a hole in the glue.
import type { Attack, Family } from "./attack.ts";
import { runScript } from "./stage/plugins.ts";

/** Every way to Node that generated code could try. The lockdown is a seat belt: whoever finds a way meets the seal. */
const FIND = `
  const found = (() => {
    const tries = [
      () => process,
      () => globalThis.process,
      () => (0, eval)("process"),
      () => new Function("return process")(),
      () => imports["glovebox:plugin/log"].write.constructor("return process")(),
      () => Object.getPrototypeOf(async () => {}).constructor("return process"),
      () => globalThis.console._stdout.constructor.constructor("return process")(),
    ];
    for (const attempt of tries) {
      try { const held = attempt(); if (typeof held.getBuiltinModule === "function") return held; } catch {}
    }
    throw new Error("no way to Node");
  })();
  const node = (name) => found.getBuiltinModule("node:" + name);
`;

/** Once in the runner as it is, and once in one that leaves JavaScript as it is, where the seal alone is left. */
const script = (name: string, body: string, times?: number): readonly Attack[] => [
  {
    name: `JavaScript in the runner: ${name}`,
    threat: "T10",
    attack: (stage) => runScript(stage, body, times),
  },
  {
    name: `JavaScript in an unlocked runner: ${name}`,
    threat: "T10",
    attack: async (stage) => runScript(stage, body, times, await stage.unlocked()),
  },
];

const READ = `return require("node:fs").readFileSync(world.secret, "utf8");`;

export const ENGINE: Family = {
  name: "engine",
  attacks: [
    ...script("read a file by require", READ),
    ...script(
      "read a file by require found with eval",
      `return (0, eval)("require")("node:fs").readFileSync(world.secret, "utf8");`,
    ),
    ...script(
      "read a file by require found with Function",
      `return new Function("return require")()("node:fs").readFileSync(world.secret, "utf8");`,
    ),
    ...script(
      "read a file by the constructor of a host function's constructor",
      `return imports["glovebox:plugin/log"].write.constructor.constructor("return require")()("node:fs").readFileSync(world.secret, "utf8");`,
    ),
    ...script(
      "read a file by the constructor behind a host class",
      `return imports["wasi:io/streams"].InputStream.constructor("return require")()("node:fs").readFileSync(world.secret, "utf8");`,
    ),
    ...script(
      "read a file by import()",
      `globalThis.kept ??= "nothing yet"; const before = globalThis.kept;
       import("node:fs").then((fs) => { globalThis.kept = fs.readFileSync(world.secret, "utf8"); }, (error) => { globalThis.kept = String(error); });
       return before;`,
      2,
    ),
    ...script(
      "read a file by import() inside eval",
      `globalThis.kept ??= "nothing yet"; const before = globalThis.kept;
       (0, eval)('import("node:fs")').then((fs) => { globalThis.kept = fs.readFileSync(world.secret, "utf8"); }, (error) => { globalThis.kept = String(error); });
       return before;`,
      2,
    ),
    ...script(
      "read a file by process.getBuiltinModule",
      `${FIND} return node("fs").readFileSync(world.secret, "utf8");`,
    ),
    ...script(
      "read a file by process.binding",
      `${FIND} const fs = found.binding("fs"); return fs.readFileUtf8(world.secret, 0);`,
    ),
    ...script(
      "read a file through node:module",
      `${FIND} return node("module").createRequire("/")("fs").readFileSync(world.secret, "utf8");`,
    ),
    ...script(
      "read a file through node:ffi",
      `${FIND}
      const { functions } = node("ffi").dlopen(null, {
        open: { arguments: ["pointer", "i32"], return: "i32" }, read: { arguments: ["i32", "pointer", "i64"], return: "i64" } });
      const { Buffer } = node("buffer"); const bytes = Buffer.alloc(4096); bytes.write(world.secret + "\\0");
      const at = node("ffi").getRawPointer(bytes); functions.read(functions.open(at, 0), at, 4096n);
      return bytes.toString("latin1");`,
    ),
    ...script(
      "read a file in another process",
      `${FIND} return node("child_process").execFileSync("/bin/cat", [world.secret], { encoding: "utf8" });`,
    ),
    ...script(
      "read a file in a worker",
      `${FIND} const flag = new Int32Array(new SharedArrayBuffer(256)); const text = new Uint8Array(flag.buffer, 4);
       new (node("worker_threads").Worker)(
         "const { workerData: [b, p] } = require('node:worker_threads'); const t = Buffer.from(require('node:fs').readFileSync(p)); new Uint8Array(b, 4).set(t); Atomics.store(new Int32Array(b), 0, 1); Atomics.notify(new Int32Array(b), 0)",
         { eval: true, workerData: [flag.buffer, world.secret] });
       Atomics.wait(flag, 0, 0, 1000); return String.fromCharCode(...text);`,
    ),
    ...script("read the environment", `return JSON.stringify(process.env);`),
    ...script(
      "read the environment in a report of Node's",
      `${FIND} return JSON.stringify(found.report.getReport().environmentVariables);`,
    ),
    ...script(
      "read a file of another process in /proc",
      `${FIND} return node("fs").readFileSync("/proc/" + world.victim.pid + "/environ", "latin1");`,
    ),
    ...script(
      "write a file",
      `${FIND} node("fs").writeFileSync(world.folder + "/new", "made"); return "made";`,
    ),
    ...script(
      "write a file through node:sqlite",
      `${FIND} const db = new (node("sqlite").DatabaseSync)(world.folder + "/new"); db.exec("create table t (a)"); db.close(); return "made";`,
    ),
    ...script(
      "write a file by a report of Node's",
      `${FIND} found.report.directory = world.folder; found.report.excludeNetwork = true; return found.report.writeReport("new");`,
    ),
    ...script(
      "write a file by a snapshot of the heap",
      `${FIND} return node("v8").writeHeapSnapshot(world.folder + "/new");`,
    ),
    ...script(
      "kill another process",
      `${FIND} return String(found.kill(world.victim.pid, "SIGKILL"));`,
    ),
    ...script(
      "take another process's debugger",
      `${FIND} return String(found._debugProcess(world.victim.pid));`,
    ),
    ...script(
      "connect by TCP",
      `${FIND} node("net").connect(world.tcpPort, "127.0.0.1").on("error", () => {}); return "asked";`,
      2,
    ),
    ...script(
      "fetch",
      `const get = globalThis.fetch; get("http://127.0.0.1:" + world.tcpPort).catch(() => {}); return "asked";`,
      2,
    ),
    ...script(
      "send a datagram",
      `${FIND} const s = node("dgram").createSocket("udp4"); s.on("error", () => {}); s.send("x", world.udpPort, "127.0.0.1"); return "sent";`,
      2,
    ),
    ...script(
      "open a debugger of its own",
      `${FIND} node("inspector").open(world.freePort, "127.0.0.1"); return "opened";`,
    ),
    // Of no use to whoever stands in an unlocked runner: it stays within a process that is given up already.
    script(
      "change V8's flags at run time and speak to its inside",
      `${FIND} node("v8").setFlagsFromString("--allow-natives-syntax"); return (0, eval)("%IsBeingInterpreted()") === undefined ? "no" : "canary-let-through";`,
    )[0]!,
    ...script(
      "become another user",
      `${FIND} found.setuid(12345); return found.getuid() === 12345 ? "canary-let-through" : "no";`,
    ),
    ...script(
      "find Node by a replaced stack trace",
      `let home = "nothing";
       Error.prepareStackTrace = (_error, sites) => sites;
       for (const site of new Error("x").stack) {
         const names = [site.getThis(), site.getFunction()].flatMap((thing) => { try { return [thing?.require, thing?.constructor?.("return require")()]; } catch { return []; } });
         for (const require of names) { try { home = require("node:fs").readFileSync(world.secret, "utf8"); } catch {} }
       }
       return home;`,
    ),
    ...script(
      "find Node in the arguments of a replaced built-in",
      `const seen = []; const push = Array.prototype.push;
       for (const name of ["call", "apply", "bind"]) { const real = Function.prototype[name]; Function.prototype[name] = function (...rest) { push.apply === undefined || seen.length < 50 && (seen[seen.length] = this); return Reflect.apply(real, this, rest); }; }
       imports["glovebox:plugin/log"].write("info", "x");
       for (const held of [...seen, globalThis]) { try { return held.require("node:fs").readFileSync(world.secret, "utf8"); } catch {} }
       return "nothing";`,
    ),
    ...script(
      "answer with an object that reads a file when it is read",
      `return { get secret() { return require("node:fs").readFileSync(world.secret, "utf8"); } };`,
    ),
    ...script(
      "answer with an object whose toJSON reads a file",
      `return { toJSON() { return require("node:fs").readFileSync(world.secret, "utf8"); } };`,
    ),
    ...script(
      "answer with a proxy that reads a file",
      `return new Proxy({}, { ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }), get: (_t, key) => key === "a" ? require("node:fs").readFileSync(world.secret, "utf8") : undefined });`,
    ),
    ...script(
      "throw an error whose payload reads a file",
      `throw Object.assign(new Error("x"), { payload: { get secret() { return require("node:fs").readFileSync(world.secret, "utf8"); } } });`,
    ),
    ...script(
      "act after its call by a timer",
      `${FIND} node("timers").setTimeout(() => node("fs").writeFileSync(world.folder + "/new", "late"), 20); return "armed";`,
      2,
    ),
    ...script(
      "act in a microtask after its call",
      `Promise.resolve().then(() => require("node:fs").writeFileSync(world.folder + "/new", "late")); return "queued";`,
      2,
    ),
  ],
};
