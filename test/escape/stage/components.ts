// Hostile components, against what looks at them before anything of them runs.
import { fromWat, transpiled } from "../../helpers/component-samples.ts";
import { wasm } from "../../helpers/wasm.ts";
import { escaped, stopped, type Outcome } from "../attack.ts";
import { admit, callOnce, openPlugin, withPlugin } from "./plugins.ts";
import type { Stage } from "./stage.ts";

interface Refusal {
  readonly code?: string;
  readonly message: string;
  readonly reasons?: readonly Refusal[];
}

/** The code that refused, or the codes where several did. */
function codesOf(error: unknown): string {
  const { code, reasons } = error as Refusal;
  return code ?? reasons?.map((reason) => reason.code).join(", ") ?? String(error);
}

/**
 * A component that must not be installed: it has to be refused with one of our codes. Where nobody looks, jco and the engine
 * have to take it as it is, or refusing it would prove nothing.
 */
export async function refuse(
  stage: Stage,
  component: () => Promise<Uint8Array>,
  codes: RegExp = /^ERR_COMPONENT_/,
): Promise<Outcome> {
  const bytes = await component();
  if (!stage.guarded) return takenByEngine(bytes);
  try {
    await admit(stage, bytes);
  } catch (error) {
    const refused = codesOf(error);
    if (codes.test(refused)) return stopped(refused, (error as Error).message);
    return escaped(`nothing of ours refused it, but: ${refused}`);
  }
  return escaped("it was admitted");
}

async function takenByEngine(bytes: Uint8Array): Promise<Outcome> {
  try {
    const { script, modules } = await transpiled(bytes);
    const compiled = modules.map((module) => new wasm.Module(module.bytes)).length;
    const grown = Math.round(script.length / bytes.length);
    return escaped(`jco and the engine take it: ${compiled} modules, ${grown} times as much code`);
  } catch (error) {
    return stopped("jco or the engine", String(error));
  }
}

/** A component whose names hold code (`payload`, an expression): does any of it run, as it loads or when it is called? */
export async function inject(stage: Stage, wat: (payload: string) => string): Promise<Outcome> {
  // The mark is spelt backwards, so that an error which quotes the name does not look like code that ran.
  const mark = stage.canaries.mark.split("").toReversed().join("");
  const payload = `(()=>{throw Error('${mark}'.split('').reverse().join(''))})()`;
  const component = await fromWat(wat(payload));
  return stage.judge(async () => {
    try {
      const plugin = openPlugin(stage, await admit(stage, component));
      return await withPlugin(plugin, async () => {
        const { words, code = "it ran" } = await callOnce(plugin, ["g"], []);
        return { home: words, by: code };
      });
    } catch (error) {
      return { home: (error as Error).message, by: codesOf(error) };
    }
  });
}

export const ofWat =
  (wat: string): (() => Promise<Uint8Array>) =>
  () =>
    fromWat(wat);
