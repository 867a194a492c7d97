// An Extism plugin against its host. Where nothing protects, that is Extism as it comes, with the machine's root as a folder.
import { createPlugin } from "extism";
import { EXTISM_FUNCTIONS } from "@glovebox/host-api/extism/functions";
import { prepareServlet } from "../../runtime/supply/prepare-servlet.ts";
import { DEFAULT_LIMITS } from "../../runtime/sandbox/limits.ts";
import { CAN_COMPILE_C } from "../helpers/c-guest.ts";
import { honestServlet, hostileServlet } from "../helpers/servlets.ts";
import { escaped, stopped, type Attack, type Family, type Outcome } from "./attack.ts";
import { callOnce, openPlugin, withPlugin } from "./stage/plugins.ts";
import type { Stage } from "./stage/stage.ts";

/** What each of several calls of one plugin said, or how it ended. */
type Said = readonly string[];

async function callHere(module: Uint8Array, calls: readonly string[]): Promise<Said> {
  const user = Object.keys(EXTISM_FUNCTIONS["extism:host/user"] ?? {});
  const plugin = await createPlugin(
    { wasm: [{ data: Uint8Array.from(module) }] },
    {
      useWasi: true,
      allowedPaths: { "/": "/" },
      functions: { "extism:host/user": Object.fromEntries(user.map((name) => [name, () => 0n])) },
    },
  );
  const said: string[] = [];
  for (const params of calls) {
    const ended = plugin.call("call", `{"params":${params}}`);
    said.push(await ended.then((output) => output?.text() ?? "nothing", String));
  }
  await plugin.close();
  return said;
}

async function callSealed(
  stage: Stage,
  module: Uint8Array,
  calls: readonly string[],
): Promise<Said> {
  return withPlugin(openPlugin(stage, prepareServlet(module, DEFAULT_LIMITS)), async (plugin) => {
    const said: string[] = [];
    for (const params of calls) {
      const { name, arguments: args } = JSON.parse(params) as { name: string; arguments: object };
      const call = [
        ["tools", "callTool"],
        [name, JSON.stringify(args)],
      ] as const;
      let ended = await callOnce(plugin, ...call);
      // A plugin that did not even load has attacked nobody, and on a busy machine it may not in time.
      for (let tries = 0; ended.code === "ERR_COMPONENT_LOAD" && tries < 3; tries += 1)
        ended = await callOnce(plugin, ...call);
      const { value, code, words } = ended;
      if (code?.startsWith("ERR_CALL_") === false) throw new Error(`${code}: ${words}`);
      said.push(typeof value === "string" ? value : (code ?? "nothing"));
    }
    return said;
  });
}

/** `isOut` looks at what the last call said. */
const attackBy = (
  name: string,
  threat: string,
  module: Uint8Array,
  calls: readonly string[],
  isOut: (last: string) => boolean,
): Attack => ({
  name: `a servlet: ${name}`,
  threat,
  async attack(stage): Promise<Outcome> {
    const said = stage.guarded
      ? await callSealed(stage, module, calls)
      : await callHere(module, calls);
    const last = said.at(-1) ?? "";
    return isOut(last) ? escaped(last) : stopped(last, said.join(" "));
  },
});

const COUNT = '{"name":"count","arguments":{}}';
/** Before any attack: the compiler keeps this thread, and with it the clocks of attacks that are under way. */
const MODULES = CAN_COMPILE_C ? { honest: honestServlet(1), hostile: hostileServlet() } : undefined;

export const SERVLETS: Family = {
  name: "servlets",
  attacks: MODULES
    ? [
        attackBy("a count in its memory", "T12", MODULES.honest, [COUNT, COUNT], (last) =>
          last.includes("2 in memory"),
        ),
        attackBy("a variable of the call before", "T12", MODULES.honest, [COUNT, COUNT], (last) =>
          last.includes("2 in a variable"),
        ),
        attackBy(
          "a file of the host by preview 1",
          "T30",
          MODULES.honest,
          ['{"name":"system","arguments":{}}'],
          (last) => last.includes("file 0"),
        ),
        attackBy(
          "variables beyond any bound",
          "T30",
          MODULES.hostile,
          ['{"name":"attack","arguments":{"how":"variables"}}'],
          (last) => last === "nothing" || last === "",
        ),
        attackBy(
          "a write to the block that all calls share",
          "T30",
          MODULES.hostile,
          [
            '{"name":"attack","arguments":{"how":"null-block"}}',
            '{"name":"attack","arguments":{"how":"null-look"}}',
          ],
          (last) => last.includes("120"),
        ),
      ]
    : [],
};
