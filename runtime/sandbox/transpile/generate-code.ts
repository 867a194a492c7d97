import { Buffer } from "node:buffer";
import { $init, generate } from "@bytecodealliance/jco-transpile/component";
import { makeClassicScript } from "./classic-script.ts";

export interface GeneratedCode {
  /** The binding code: see `makeClassicScript`. */
  readonly script: string;
  readonly modules: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

const SCRIPT = "p.js";

/** Lets jco make code of a component. Its bindgen reads hostile bytes: they may make it slow, huge or panic. */
export async function generateCode(component: Uint8Array): Promise<GeneratedCode> {
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
  const script = files.find(([name]) => name === SCRIPT)?.[1];
  if (script === undefined) throw new Error("no script was generated");
  return {
    script: makeClassicScript(Buffer.from(script).toString()),
    modules: files.flatMap(([name, bytes]) => (name === SCRIPT ? [] : [{ name, bytes }])),
  };
}
