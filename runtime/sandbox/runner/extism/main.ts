// The program inside the seal for Extism plugins. Components do not pay for it: it is a file of its own.
import { PROMISES_ARE_GONE } from "./no-promises.ts";
import { CAPABILITIES } from "extism";
import { NoImage } from "../image/state-image.ts";
import { serve } from "../serve.ts";
import { makeFreshServlets, makeResetServlets, type MakeInstance } from "./instances.ts";
import { makeExtismInstance } from "./plugin.ts";

// A build that put them in another order would run servlets in a way that nobody looked at.
if (!PROMISES_ARE_GONE || CAPABILITIES.supportsJSPromiseInterface)
  throw new Error("Extism was loaded before the engine's promises were gone");

serve(async ({ modules, kernelBytes, scriptBytes, reset }, body, makeWorld) => {
  if (kernelBytes === undefined || modules.length !== 1) throw new Error("no Extism plugin");
  const module = new WebAssembly.Module(new Uint8Array(body.subarray(scriptBytes)));
  const make: MakeInstance = () =>
    makeExtismInstance(module, { world: makeWorld(), kernelBytesMax: kernelBytes });
  try {
    if (reset) return await makeResetServlets(make);
  } catch (error) {
    if (!(error instanceof NoImage)) throw error;
  }
  return makeFreshServlets(make);
});
