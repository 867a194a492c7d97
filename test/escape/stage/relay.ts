// A plugin that passes on what it is told to: each line of an attack crosses the runner, the channel and a real broker.
import type { CapabilityBroker } from "@glovebox/host-api/capability";
import type { SealedPlugin } from "../../../runtime/sandbox/sandbox.ts";
import { callOnce, openPlugin, scriptOf, type PluginOptions } from "./plugins.ts";
import type { Stage } from "./stage.ts";

/** One host function and its arguments; `bytes:` in front of a text makes bytes of it, `zeros:N` makes N of them, and nothing is `undefined`. */
export type Ask = readonly [interfaceName: string, name: string, ...args: readonly unknown[]];

const RELAY = `
  const bytesOf = (value) => {
    if (value === null) return undefined;
    if (typeof value !== "string") return value;
    if (value.startsWith("zeros:")) return new Uint8Array(Number(value.slice(6)));
    return value.startsWith("bytes:") ? new TextEncoder().encode(value.slice(6)) : value;
  };
  const show = (value) => {
    if (value instanceof Uint8Array) return new TextDecoder("latin1").decode(value.subarray(0, 4096));
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, show(item)]));
  };
  return JSON.stringify(world.map(([interfaceName, name, ...args]) => {
    try { return show(imports[interfaceName][name](...args.map(bytesOf))) ?? "done"; }
    catch (error) { return "refused: " + (typeof error === "string" ? error : error?.message); }
  }));`;

export function openRelay(
  stage: Stage,
  brokers: readonly CapabilityBroker[],
  options: PluginOptions = {},
): SealedPlugin {
  const granted = [...new Set(brokers.flatMap(({ operations }) => Object.keys(operations)))];
  return openPlugin(stage, scriptOf(RELAY), {
    brokers,
    granted: [...new Set(granted.map((operation) => operation.split(".")[0] ?? ""))],
    ...options,
  });
}

/** Asks one after the other within one call. What came back, in words; a code when the call itself ended otherwise. */
export async function relay(plugin: SealedPlugin, ...asks: readonly Ask[]): Promise<string> {
  const { value, code, words } = await callOnce(plugin, ["run"], [JSON.stringify(asks)]);
  return code === undefined ? String(value) : `${code} ${words}`;
}
