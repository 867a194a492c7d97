// The program that turns one component into code, in a sealed process that is thrown away afterwards.
// jco's bindgen runs here on hostile bytes: they may make it slow, huge or panic, and nothing else depends on it.
import { Buffer } from "node:buffer";
import { tighten } from "../launch/tighten.ts";
import { Wire } from "../runner/wire.ts";
import type { TranspileAnswer } from "./exchange.ts";
import { exposeGlue } from "./expose-glue.ts";
import { generateCode } from "./generate-code.ts";

async function transpile(
  component: Uint8Array,
): Promise<{ message: TranspileAnswer; body: Uint8Array }> {
  const generated = await generateCode(component);
  const { script: text, refused } = exposeGlue(generated.script);
  const script = Buffer.from(text);
  const { modules } = generated;
  return {
    message: {
      t: "transpiled",
      scriptBytes: script.length,
      modules: modules.map(({ name, bytes }) => [name, bytes.length]),
      ...(refused === undefined ? {} : { fresh: refused.slice(0, 200) }),
    },
    body: Buffer.concat([script, ...modules.map(({ bytes }) => bytes)]),
  };
}

async function main(): Promise<void> {
  tighten();
  const wire = new Wire();
  const { body: component } = wire.receive();
  try {
    const { message, body } = await transpile(component);
    wire.send(message, body);
  } catch (error) {
    const text = error instanceof Error ? error.message : "the bindgen threw what is no error";
    wire.send({ t: "failed", text: text.slice(0, 1000) } satisfies TranspileAnswer);
  }
  // Nothing more will come. The end of the channel ends this process, after the answer has been read.
  wire.receive();
}

void main();
