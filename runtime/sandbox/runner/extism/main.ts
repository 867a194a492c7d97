// The program inside the seal for Extism plugins. Components do not pay for it: it is a file of its own.
import "./no-promises.ts";
import { serve, type RunCall } from "../serve.ts";
import { makeExtismInstance } from "./plugin.ts";

serve(async (message, body, makeWorld) => {
  const [module] = message.modules;
  if (message.kernelBytes === undefined || module === undefined || message.modules.length > 1)
    throw new Error("not one Extism module");
  const compiled = new WebAssembly.Module(new Uint8Array(body.subarray(message.scriptBytes)));
  const kernelBytesMax = message.kernelBytes;
  const make = async (): Promise<RunCall> =>
    (await makeExtismInstance(compiled, { world: makeWorld(), kernelBytesMax })).run;
  let ahead: RunCall | undefined = await make();
  return {
    async take() {
      const run = ahead ?? (await make());
      ahead = undefined;
      return run;
    },
    async done() {
      // As with components: a start may depend on the time, and the next call tries again and reports it.
      ahead = await make().catch(() => undefined);
    },
  };
});
