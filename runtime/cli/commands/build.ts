import path from "node:path";
import { EXIT } from "../../errors.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { makeMachine } from "../make-machine.ts";

export const build: Command = {
  name: "build",
  summary: "compile a plugin's TypeScript to a component",
  usage: "[DIR] [--engine quickjs|spidermonkey]",
  description: [
    "Bundles DIR/src/plugin.ts and writes DIR/dist/plugin.wasm. The component imports exactly what plugin.json asks for.",
    "QuickJS makes 1 to 3 MB and starts quickly; SpiderMonkey makes 12 MB and computes faster.",
  ],
  options: { engine: { type: "string", value: "ENGINE", summary: "quickjs (default) or spidermonkey" } },
  argumentsMin: 0,
  argumentsMax: 1,
  examples: ["glovebox build", "glovebox build plugins/time"],
  async run(call) {
    const { out } = call;
    const { files } = makeMachine();
    const folder = path.resolve(call.args[0] ?? ".");
    const engine = call.text("engine") ?? "quickjs";
    if (engine !== "quickjs" && engine !== "spidermonkey") throw new CliError("ERR_USAGE", "`--engine` is quickjs or spidermonkey.");
    // Only this command needs the compilers; loading them would slow every other one.
    const { buildPlugin } = await import("@glovebox/sdk/build");
    const built = await buildPlugin(folder, { engine, onProgress: (step) => out.progress(step) });
    const file = path.join(folder, "dist", "plugin.wasm");
    files.makeFolder(path.dirname(file));
    files.writeFile(file, built.component);
    out.progressDone();
    const shown = path.relative(process.cwd(), file) || file;
    out.line(`Built ${out.style("bold", shown)}: ${built.component.length} bytes.`);
    out.line(`Next: \`glovebox pack ${path.relative(process.cwd(), folder) || "."}\`.`);
    out.result({ component: file, bytes: built.component.length });
    return EXIT.done;
  },
};
