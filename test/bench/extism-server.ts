// extism-server PLUGINS MODULE SHA256: the same server in front of Extism, each plugin in workers of its own.
import { readFileSync } from "node:fs";
import type { CallToolResult } from "@modelcontextprotocol/server";
import { createPlugin, type Plugin } from "extism";
import { serveTools } from "./serve-tools.ts";

/** A plugin takes one call at a time and refuses a second: this many workers, and the other calls wait. Ours has as many runners. */
const WORKERS = 2;

class Workers {
  readonly #free: Plugin[];
  readonly #waiting: ((plugin: Plugin) => void)[] = [];

  constructor(first: Plugin) {
    this.#free = [first];
  }

  add(plugin: Plugin): void {
    const next = this.#waiting.shift();
    if (next) next(plugin);
    else this.#free.push(plugin);
  }

  async call(tool: string, args: string): Promise<string> {
    const plugin =
      this.#free.pop() ?? (await new Promise<Plugin>((resolve) => this.#waiting.push(resolve)));
    try {
      return (await plugin.call(tool, args))?.text() ?? "";
    } finally {
      this.add(plugin);
    }
  }
}

const [, , count, file = "", hash = ""] = process.argv;
// A copy: Extism takes the digest of the whole buffer behind it, which Node shares between small files.
const data = Uint8Array.from(readFileSync(file));
const load = (): Promise<Plugin> =>
  createPlugin({ wasm: [{ data, hash }] }, { runInWorker: true, useWasi: false });
// The first worker at the start, as ours verifies at the start; the others when they are needed, as ours are.
const plugins = await Promise.all(
  Array.from({ length: Number(count) }, async () => new Workers(await load())),
);
const grown = new Set<Workers>();

await serveTools("extism", plugins.length, async (index, tool, args) => {
  const workers = plugins[index]!;
  if (!grown.has(workers)) {
    grown.add(workers);
    for (let worker = 1; worker < WORKERS; worker += 1) void load().then((one) => workers.add(one));
  }
  return JSON.parse(await workers.call(tool, JSON.stringify(args))) as CallToolResult;
});
