import path from "node:path";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { BuildError } from "@glovebox/sdk/build/errors";
import { EXIT } from "../../errors.ts";
import { parseManifest } from "../../plugin/manifest.ts";
import { makeScratchFolder } from "../../powers/scratch.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { shownPath } from "../show/shown-path.ts";

const MANIFEST_BYTES_MAX = 256 * 1024;

export const build: Command = {
  name: "build",
  summary: "compile a plugin's TypeScript to a component",
  usage: "[DIR] [--engine quickjs|spidermonkey]",
  description: [
    "Bundles DIR/src/plugin.ts and writes DIR/dist/plugin.wasm. The component imports exactly what plugin.json asks for.",
    "QuickJS makes 1 to 3 MB and starts quickly; SpiderMonkey makes 12 MB and computes faster.",
  ],
  options: {
    engine: { type: "string", value: "ENGINE", summary: "quickjs (default) or spidermonkey" },
  },
  argumentsMin: 0,
  argumentsMax: 1,
  examples: ["glovebox build", "glovebox build plugins/time"],
  async run(call) {
    const { out, machine } = call;
    const folder = path.resolve(call.args[0] ?? ".");
    const engine = call.text("engine") ?? "quickjs";
    if (engine !== "quickjs" && engine !== "spidermonkey")
      throw new CliError("ERR_USAGE", "`--engine` is quickjs or spidermonkey.");
    // The build reads of plugin.json what it needs. What `pack` would refuse later is refused now.
    const manifestFile = path.join(folder, "plugin.json");
    const manifest = machine.files.readFile(manifestFile, MANIFEST_BYTES_MAX);
    if (manifest) parseManifest(manifest, manifestFile, CAPABILITIES);
    // The compilers take longer to load than most commands to run.
    const { buildPlugin } = await import("@glovebox/sdk/build");
    const scratch = makeScratchFolder("glovebox-build-");
    const { component } = await buildPlugin(folder, {
      engine,
      temporary: scratch.folder,
      onProgress: (step) => out.progress(`Build: ${step}`),
    })
      .catch((error: unknown) => {
        throw inFolder(error, folder);
      })
      .finally(() => scratch.remove());
    out.progressDone();
    const file = path.join(folder, "dist", "plugin.wasm");
    machine.files.makeFolder(path.dirname(file));
    machine.files.writeFile(file, component);
    out.line(`Built ${out.style("bold", shownPath(file))}: ${component.length} bytes.`);
    out.line(`Next: \`glovebox pack ${shownPath(folder)}\`.`);
    out.result({ component: file, bytes: component.length });
    return EXIT.done;
  },
};

/** The build knows files by their place in the plugin's folder; the author by where they are from here. */
function inFolder(error: unknown, folder: string): unknown {
  if (!(error instanceof BuildError) || !error.place) return error;
  const { code, message, remedy, place } = error;
  return new BuildError(code, message, {
    place: { ...place, file: path.join(folder, place.file) },
    remedy,
    cause: error,
  });
}
