// The program that turns one component into code, in a sealed process that is thrown away afterwards.
// jco's bindgen runs here on hostile bytes: they may make it slow, huge or panic, and nothing else depends on it.
import { Buffer } from "node:buffer";
import { $init, generate } from "@bytecodealliance/jco-transpile/component";
import { tighten } from "../launch/tighten.ts";
import { Wire } from "../runner/wire.ts";
import type { TranspileAnswer } from "./exchange.ts";
import { makeClassicScript } from "./classic-script.ts";
import { exposeGlue } from "./expose-glue.ts";

const SCRIPT = "p.js";

function transpile(component: Uint8Array): { message: TranspileAnswer; body: Uint8Array } {
  const { files } = generate(component, {
    name: "p",
    instantiation: { tag: "sync" },
    noTypescript: true,
    noNodejsCompat: true,
    base64Cutoff: 0,
    noComponentErrorWrapping: false,
    map: [],
  });
  const generated = files.find(([name]) => name === SCRIPT);
  if (generated === undefined) throw new Error("no script was generated");
  const exposed = exposeGlue(makeClassicScript(Buffer.from(generated[1]).toString()));
  const script = Buffer.from(exposed.script);
  const modules = files.filter(([name]) => name !== SCRIPT);
  return {
    message: {
      t: "transpiled",
      scriptBytes: script.length,
      modules: modules.map(([name, bytes]) => [name, bytes.length]),
      ...(exposed.refused === undefined ? {} : { fresh: exposed.refused.slice(0, 200) }),
    },
    body: Buffer.concat([script, ...modules.map(([, bytes]) => bytes)]),
  };
}

async function main(): Promise<void> {
  tighten();
  const wire = new Wire();
  const { body: component } = wire.receive();
  await $init;
  try {
    const { message, body } = transpile(component);
    wire.send(message, body);
  } catch (error) {
    const text = error instanceof Error ? error.message : "the bindgen threw what is no error";
    wire.send({ t: "failed", text: text.slice(0, 1000) } satisfies TranspileAnswer);
  }
  // Nothing more will come. The end of the channel ends this process, after the answer has been read.
  wire.receive();
}

void main();
