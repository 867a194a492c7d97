// Memory and other things that run out.
import type { CapabilityBroker } from "@glovebox/host-api/capability";
import { escaped, stopped, type Attack, type Family } from "./attack.ts";
import { CALL_TOOL, machineOf } from "./stage/machine.ts";
import {
  againstLimit,
  callOnce,
  openPlugin,
  scriptOf,
  withPlugin,
  type PluginOptions,
} from "./stage/plugins.ts";

const MIB = 1024 * 1024;

const kv: CapabilityBroker = {
  operations: { "kv.get": () => ({ value: "v" }), "kv.set": () => ({ value: null }) },
};

const script = (
  name: string,
  body: string,
  codes: readonly string[],
  options: PluginOptions = {},
): Attack => ({
  name: `memory: ${name}`,
  threat: "T11",
  attack: (stage) => againstLimit(stage, scriptOf(body), [["run"], ["null"]], codes, options),
});

/** `call` answers 7 when it got what it wanted. */
const machine = (
  name: string,
  call: string,
  codes: readonly string[],
  options: PluginOptions = {},
  withoutControl?: string,
): Attack => ({
  name: `memory: ${name}`,
  threat: "T11",
  ...(withoutControl === undefined ? {} : { withoutControl }),
  async attack(stage) {
    const plugin = openPlugin(stage, await machineOf(stage), options);
    return withPlugin(plugin, async () => {
      const { value, code, words } = await callOnce(plugin, CALL_TOOL, [call, "7"]);
      if (code !== undefined && codes.includes(code)) return stopped(code, words);
      if (value === "0") return stopped("the engine refused it, by the limit in the module");
      return escaped(`it got ${code ?? String(value).slice(0, 20)}`);
    });
  },
});

const MEMORY_ENDS = ["ERR_CALL_MEMORY", "ERR_RUNNER_DIED"];
const SMALL = { limits: { residentBytes: 128 * MIB, deadlineMs: 8000 } };

export const MEMORY: Family = {
  name: "memory",
  attacks: [
    machine("grow a component's memory beyond its limit", "2", []),
    machine("grow a table beyond its limit", "5", []),
    machine("answer more than may be answered", "3", ["ERR_CALL_OUTPUT"]),
    machine(
      "use a stack without end",
      "4",
      ["ERR_CALL_STACK"],
      {},
      "the engine's stack has an end without us too",
    ),
    script(
      "fill the heap with objects",
      `const held = []; for (let i = 0; i < 3000; i += 1) held.push(Array.from({ length: 10000 }, (_, at) => at / 3)); return "filled";`,
      MEMORY_ENDS,
      SMALL,
    ),
    script(
      "fill buffers",
      `const held = []; for (let i = 0; i < 300; i += 1) held.push(new Uint8Array(1 << 20).fill(1)); return "filled";`,
      MEMORY_ENDS,
      SMALL,
    ),
    script(
      "fill a WebAssembly memory by the JavaScript interface",
      `const memory = new WebAssembly.Memory({ initial: 5000 }); new Uint8Array(memory.buffer).fill(1); return "filled";`,
      MEMORY_ENDS,
      SMALL,
    ),
    script(
      "fill a shared memory",
      `const memory = new WebAssembly.Memory({ initial: 5000, maximum: 5000, shared: true }); new Uint8Array(memory.buffer).fill(1); return "filled";`,
      [...MEMORY_ENDS, "ERR_CALL_TRAP"],
      SMALL,
    ),
    script("answer more than may be answered from JavaScript", `return "x".repeat(3 << 20);`, [
      "ERR_CALL_OUTPUT",
    ]),
    script(
      "ask the host more often than it may",
      `for (let i = 0; i < 3000; i += 1) imports["glovebox:plugin/kv"].getValue("k"); return "stormed";`,
      ["ERR_CALL_HOST_CALLS"],
      { brokers: [kv], granted: ["kv"], limits: { hostCalls: 500 } },
    ),
    {
      name: "memory: log more than may be kept",
      threat: "T11",
      async attack(stage) {
        const write = `for (let i = 0; i < 2000; i += 1) imports["glovebox:plugin/log"].write("info", "x".repeat(1000)); return "logged";`;
        const plugin = openPlugin(stage, scriptOf(write), { limits: { logBytes: 64 * 1024 } });
        let kept = 0;
        const onLog = (_level: string, message: string): void => void (kept += message.length);
        const { logBytesDropped = 0, code } = await withPlugin(plugin, () =>
          callOnce(plugin, ["run"], ["null"], { onLog }),
        );
        if (kept > 64 * 1024) return escaped(`${kept} bytes of it were kept`);
        return stopped(
          code ?? "what is over is dropped",
          `${logBytesDropped} bytes dropped, ${kept} kept`,
        );
      },
    },
    ...["take memory and touch it", "map without touching", "open descriptors without end"].map(
      (act): Attack => ({
        name: `native code: ${act}`,
        threat: "T11",
        attack: (stage) => stage.native(act, { alone: true, residentBytesMax: 160 * MIB }),
      }),
    ),
  ],
};
