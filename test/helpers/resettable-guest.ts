// One component's instances as the runner makes them, in this process and without a seal, on a host that answers the same
// to the same question. What a call did is one string, so that two calls can be compared.
import { CallStates } from "@glovebox/host-api/call-states";
import type { CapabilityName } from "@glovebox/host-api/capability";
import { GuestRefusal, type GuestSetting } from "@glovebox/host-api/guest";
import { makeImports } from "@glovebox/host-api/guest-registry";
import type { JsonValue } from "@glovebox/host-api/json";
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
import { exposeGlue } from "../../runtime/sandbox/transpile/expose-glue.ts";
import { generateCode } from "../../runtime/sandbox/transpile/generate-code.ts";
import { TOUCHED } from "../../runtime/sandbox/touched.ts";
import { prepareCode } from "../../runtime/supply/prepare-code.ts";
import { makeRandom } from "./random.ts";

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
  /** Whether every byte of its memories is as when it was made: asked of the memories, and not of what restores them. */
  isAsMade(): boolean;
}

const MEMORY_BYTES = 64 * 1024 * 1024;
const GRANTED: ReadonlySet<CapabilityName> = new Set<CapabilityName>(["kv", "env"]);
/** What the machine would answer: a store with one key. */
const ANSWERS: Readonly<Record<string, JsonValue>> = { "clock.now": 1_800_000_000_123 };

export async function openResettable(component: Uint8Array): Promise<ResettableGuest> {
  const generated = await generateCode(component);
  const glue = exposeGlue(generated.script);
  const script = Buffer.from(glue.script);
  const transpiled = { script, modules: generated.modules };
  const { modules, fresh } = prepareCode(
    glue.refused === undefined ? transpiled : { ...transpiled, fresh: glue.refused },
    { memoryBytes: MEMORY_BYTES },
  );
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
    refused: fresh,
    open(mode, leave) {
      const host = makeHost();
      let made = 0;
      let last: NewInstance | undefined;
      let whenMade: readonly Buffer[] = [];
      const makeInstance = (): NewInstance => {
        made += 1;
        const states = new CallStates();
        const { perCall, hold } = states;
        const instance = instantiate(makeImports({ ...host.setting, perCall, hold }));
        states.forget();
        return (last = { ...instance, states });
      };
      const take = (instance: NewInstance): readonly StateImage[] => {
        whenMade = contentOf(instance).map((memory) => Buffer.from(memory));
        return takeImages(instance).filter(({ part }) => part !== leave);
      };
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
        isAsMade: () =>
          contentOf(last!).every((memory, index) => whenMade[index]?.equals(memory) === true),
      };
    },
  };
}

function contentOf({ core }: NewInstance): readonly Buffer[] {
  const exported = core.flatMap(({ exports }) => Object.entries(exports));
  const memories = exported.flatMap(([name, item]) =>
    item instanceof WebAssembly.Memory && name !== TOUCHED.name ? [item] : [],
  );
  return [...new Set(memories)].map(({ buffer }) => Buffer.from(buffer));
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

/** Whole numbers below a bound, the same for the same seed. */
export function makeChoices(seed: number): (below: number) => number {
  const random = makeRandom(seed);
  return (below) => Math.floor(random() * below);
}
