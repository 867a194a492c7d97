// Time: calls that do not end, and calls that keep others from theirs.
import type { CapabilityBroker } from "@glovebox/host-api/capability";
import { escaped, stopped, type Attack, type Family } from "./attack.ts";
import { fromWat } from "../helpers/component-samples.ts";
import { runWat } from "../helpers/tools-guest.ts";
import { CALL_TOOL, machineOf } from "./stage/machine.ts";
import { admit, againstLimit, callOnce, openPlugin, scriptOf } from "./stage/plugins.ts";

const DEADLINE = { deadlineMs: 300 };

const endless: CapabilityBroker = {
  operations: {
    "clock.sleep": ({ args }, { signal }) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve({ value: null }), Number(args[0]));
        signal.addEventListener("abort", () => (clearTimeout(timer), resolve({ value: null })));
      }),
    "kv.get": (_request, { signal }) =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve({ value: null }))),
  },
};

const script = (name: string, body: string): Attack => ({
  name: `time: ${name}`,
  threat: "T11",
  attack: (stage) =>
    againstLimit(stage, scriptOf(body), [["run"], ["null"]], ["ERR_CALL_DEADLINE"], {
      limits: DEADLINE,
      brokers: [endless],
      granted: ["clock", "kv"],
    }),
});

export const TIME: Family = {
  name: "time",
  attacks: [
    {
      name: "time: loop in WebAssembly",
      threat: "T11",
      attack: async (stage) =>
        againstLimit(
          stage,
          await machineOf(stage),
          [CALL_TOOL, ["1", "0"]],
          ["ERR_CALL_DEADLINE"],
          { limits: DEADLINE },
        ),
    },
    script("loop in JavaScript", `for (;;);`),
    script("loop and catch whatever comes", `for (;;) try { for (;;); } catch {}`),
    script(
      "wait for a lock that nobody opens",
      `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); return 1;`,
    ),
    script(
      "wait for the host to sleep for weeks",
      `imports["glovebox:plugin/clock"].sleep(4000000000); return 1;`,
    ),
    script("sleep again and again", `for (;;) imports["glovebox:plugin/clock"].sleep(10);`),
    script(
      "wait for an answer of the host that never comes",
      `imports["glovebox:plugin/kv"].getValue("k"); return 1;`,
    ),
    script(
      "match an expression that takes for ever",
      `return /^(a+)+$/.test("a".repeat(40) + "b");`,
    ),
    script(
      "compute a number that takes for ever",
      `let n = 3n; for (;;) n = n * n % (1n << 200000n) + 1n;`,
    ),
    script(
      "sort by an order that never settles",
      `for (;;) Array.from({ length: 1e5 }, (_, i) => i).sort(() => 1 - 2 * (performance.now() % 2));`,
    ),
    script("loop in the answer while it is written out", `return { toJSON() { for (;;); } };`),
    script("loop in a getter of the answer", `return { get value() { for (;;); } };`),
    script("loop in a trap of a proxy", `return new Proxy({}, { ownKeys() { for (;;); } });`),
    script(
      "loop in the error that it throws",
      `throw Object.assign(new Error("x"), { payload: { get value() { for (;;); } } });`,
    ),
    script(
      "report progress without an end",
      `for (;;) { imports["glovebox:plugin/progress"].report(1, undefined, undefined); imports["glovebox:plugin/clock"].sleep(20); }`,
    ),
    {
      name: "time: loop while the component starts",
      threat: "T11",
      async attack(stage) {
        const wat = runWat(
          '(func $s (loop $l (br $l))) (start $s) (func (export "run") (result i32) i32.const 1)',
        );
        const transpiled = await (stage.guarded
          ? stage.sandbox.transpile(await fromWat(wat))
          : admit(stage, wat));
        return againstLimit(stage, transpiled, [["run"], []], ["ERR_COMPONENT_LOAD"]);
      },
    },
    {
      name: "time: loop while the code loads",
      threat: "T11",
      attack: (stage) =>
        againstLimit(
          stage,
          { script: Buffer.from("for (;;);"), modules: [] },
          [["run"], []],
          ["ERR_COMPONENT_LOAD"],
        ),
    },
    {
      name: "time: keep another plugin's call from its turn",
      threat: "T11",
      async attack(stage) {
        const looping = openPlugin(stage, scriptOf("for (;;);"), { limits: { deadlineMs: 1500 } });
        // Unguarded there is one runner for all.
        const other = stage.guarded ? openPlugin(stage, scriptOf("return 1;")) : looping;
        await callOnce(other, ["run"], ["null"], {}, 1);
        let over = false;
        const loop = callOnce(looping, ["run"], ["null"], {}, 2000).then(() => (over = true));
        await callOnce(other, ["run"], ["null"], {}, 2000);
        const kept = over;
        await loop;
        await Promise.all([looping.close(), other.close()]);
        return kept
          ? escaped("the other call waited for the end of the loop")
          : stopped("a runner for each plugin");
      },
    },
  ],
};
