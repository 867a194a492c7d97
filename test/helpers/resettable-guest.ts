// One component's instances as the runner makes them, in this process and without a seal, on a host that answers the same
// to the same question. What a call did is one string, so that two calls can be compared.
import { $init, generate } from "@bytecodealliance/jco-transpile/component";
import { CallStates } from "@glovebox/host-api/call-states";
import type { CapabilityName } from "@glovebox/host-api/capability";
import { GuestRefusal, type GuestSetting } from "@glovebox/host-api/guest";
import { makeImports } from "@glovebox/host-api/guest-registry";
import type { JsonValue } from "@glovebox/host-api/json";
import { exposeModules } from "../../runtime/plugin/component/expose-state.ts";
import { limitModules } from "../../runtime/plugin/component/rewrite-limits.ts";
import { loadComponent } from "../../runtime/sandbox/runner/component.ts";
import {
  makeFreshInstances,
  makeResetInstances,
  type Instances,
  type NewInstance,
} from "../../runtime/sandbox/runner/instances.ts";
import type { StateImage } from "../../runtime/sandbox/runner/image/state-image.ts";
import { takeImages } from "../../runtime/sandbox/runner/image/take-images.ts";
import { runExport } from "../../runtime/sandbox/runner/run-export.ts";
import { makeClassicScript } from "../../runtime/sandbox/transpile/classic-script.ts";
import { exposeGlue } from "../../runtime/sandbox/transpile/expose-glue.ts";

export interface GuestCall {
  readonly export: readonly string[];
  readonly args: readonly JsonValue[];
}

export interface ResettableGuest {
  /** Why the binding code or the modules do not allow an image. */
  readonly refused: string | undefined;
  /** Runs calls one after another, each on an instance of its own or on one that is restored; without `leave`'s parts. */
  open(mode: "fresh" | "reset", leave?: StateImage["part"]): GuestRun;
}

export interface GuestRun {
  /** Everything that can be seen of one call: result, error or trap, and each question and line to the host. */
  call(call: GuestCall): string;
  /** Instances made so far, and the last one. */
  readonly made: number;
  instance(): NewInstance;
}

const MEMORY_BYTES = 64 * 1024 * 1024;
const GRANTED: ReadonlySet<CapabilityName> = new Set<CapabilityName>(["kv", "env"]);
/** What the machine would answer: a store with one key. */
const ANSWERS: Readonly<Record<string, JsonValue>> = { "clock.now": 1_800_000_000_123 };

export interface Generated {
  readonly script: string;
  readonly modules: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** What jco makes of a component, with the options of the sealed transpile process. */
export async function generateGlue(component: Uint8Array): Promise<Generated> {
  await $init;
  const { files } = generate(component, {
    name: "p",
    instantiation: { tag: "sync" },
    noTypescript: true,
    noNodejsCompat: true,
    base64Cutoff: 0,
    noComponentErrorWrapping: false,
    map: [],
  });
  const script = files.find(([name]) => name === "p.js")?.[1] ?? new Uint8Array();
  return {
    script: makeClassicScript(Buffer.from(script).toString()),
    modules: files.filter(([name]) => name !== "p.js").map(([name, bytes]) => ({ name, bytes })),
  };
}

export async function openResettable(component: Uint8Array): Promise<ResettableGuest> {
  const generated = await generateGlue(component);
  const glue = exposeGlue(generated.script);
  const { modules, refused } = exposeModules(
    limitModules(generated.modules, { memoryBytes: MEMORY_BYTES }),
  );
  const script = Buffer.from(glue.script);
  const instantiate = loadComponent(
    {
      t: "load",
      scriptBytes: script.length,
      modules: modules.map(({ name, bytes }) => [name, bytes.length]),
      granted: [],
      reset: true,
    },
    Buffer.concat([script, ...modules.map(({ bytes }) => bytes)]),
  );
  return {
    refused: glue.refused ?? refused,
    open(mode, leave) {
      const host = makeHost();
      let made = 0;
      let last: NewInstance | undefined;
      const makeInstance = (): NewInstance => {
        made += 1;
        const states = new CallStates();
        const { perCall, hold } = states;
        const instance = instantiate(makeImports({ ...host.setting, perCall, hold }));
        states.forget();
        return (last = { ...instance, states });
      };
      const take = (instance: NewInstance): readonly StateImage[] =>
        takeImages(instance).filter(({ part }) => part !== leave);
      const instances: Instances =
        mode === "fresh"
          ? makeFreshInstances(makeInstance)
          : makeResetInstances(makeInstance, take);
      return {
        call(call) {
          const instance = instances.take();
          const { ended, seen } = host.during(() =>
            runExport(instance, { t: "call", id: 0, context: null, ...call }),
          );
          instances.done({ trapped: ended.message.trap !== undefined });
          const text = ended.body === undefined ? "" : Buffer.from(ended.body).toString("latin1");
          return JSON.stringify([ended.message, text, seen]);
        },
        get made() {
          return made;
        },
        instance: () => last!,
      };
    },
  };
}

function makeHost() {
  let seen: unknown[] | undefined;
  const setting: Omit<GuestSetting, "perCall" | "hold"> = {
    channel: {
      call(operation, args, body) {
        if (seen === undefined) throw new GuestRefusal("not-permitted");
        seen.push([operation, args, body?.length ?? 0]);
        if (operation === "env.all")
          return { value: null, body: Buffer.from('[["UNITS","metric"]]') };
        if (operation.startsWith("kv.") || operation in ANSWERS)
          return { value: ANSWERS[operation] ?? null, body: new Uint8Array() };
        throw new GuestRefusal("not-permitted");
      },
    },
    note: (name, args) => void seen?.push([name, args]),
    granted: GRANTED,
    call: { context: null },
  };
  return {
    setting,
    during<Ended>(run: () => Ended): { ended: Ended; seen: unknown[] } {
      const here: unknown[] = [];
      seen = here;
      try {
        return { ended: run(), seen: here };
      } finally {
        seen = undefined;
      }
    },
  };
}

/** A small generator of numbers below a bound, the same for the same seed (mulberry32). */
export function makeRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
