import path from "node:path";
import { EXIT } from "../../errors.ts";
import { readSource } from "../../supply/read-source.ts";
import { openPackage } from "../../supply/verify-installed.ts";
import { rulesOf } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { makeMachine } from "../make-machine.ts";
import { packHere } from "../pack-here.ts";

export const pack: Command = {
  name: "pack",
  summary: "make one package of a built plugin",
  usage: "[DIR]",
  description: [
    "Writes DIR/dist/NAME-VERSION.tgz: manifest, component, tool definitions, licence, and the README when there is one.",
    "The tool definitions are what the sealed component says. The same files always make the same bytes.",
  ],
  options: {},
  argumentsMin: 0,
  argumentsMax: 1,
  examples: ["glovebox pack", "glovebox pack plugins/time"],
  async run({ args, out }) {
    const machine = makeMachine();
    const folder = path.resolve(args[0] ?? ".");
    const source = readSource(folder, process.cwd(), machine.files);
    if (source?.kind !== "parts") throw new CliError("ERR_FILE_MISSING", "There is no plugin's folder here.", { place: { file: folder } });
    const bytes = await packHere(source, out, machine);
    const opened = openPackage(bytes, rulesOf([]));
    const file = path.join(folder, "dist", `${opened.manifest.name}-${opened.manifest.version}.tgz`);
    machine.files.writeFile(file, bytes);

    const shown = path.relative(process.cwd(), file) || file;
    out.line(`Packed ${out.style("bold", shown)}: ${bytes.length} bytes, ${opened.surface.length} tools.`);
    out.line(`package    ${opened.package}`);
    out.line(`component  ${opened.digests.component}`);
    out.line(`surface    ${opened.digests.surface}`);
    out.line(`Next: \`glovebox sign ${shown} --key FILE\` (make a key with \`glovebox keygen NAME\`).`);
    out.result({ package: file, digest: opened.package, digests: { ...opened.digests }, tools: opened.surface.map((tool) => tool.name) });
    return EXIT.done;
  },
};
