import path from "node:path";
import { EXIT } from "../../errors.ts";
import { readSource } from "../../supply/read-source.ts";
import { openPackage } from "../../supply/verify-installed.ts";
import { NO_TRUST } from "../../supply/signatures/trust.ts";
import { rulesOf } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { packHere } from "../pack-here.ts";
import { shownPath } from "../show/shown-path.ts";

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
  async run(call) {
    const { files } = call.machine;
    const { out } = call;
    const folder = path.resolve(call.args[0] ?? ".");
    const source =
      files.kindOf(folder) === "folder" ? readSource(folder, folder, files) : undefined;
    if (source?.kind !== "parts")
      throw new CliError("ERR_FILE_MISSING", "There is no plugin's folder here.", {
        place: { file: folder },
      });
    const bytes = await packHere(source, call);
    const { manifest, surface, digests, package: digest } = openPackage(bytes, rulesOf(NO_TRUST));
    const file = path.join(folder, "dist", `${manifest.name}-${manifest.version}.tgz`);
    files.makeFolder(path.dirname(file));
    files.writeFile(file, bytes);
    out.line(
      `Packed ${out.style("bold", shownPath(file))}: ${bytes.length} bytes, ${surface.length} tool${surface.length === 1 ? "" : "s"}.`,
    );
    out.line(`package    ${digest}`);
    out.line(`component  ${digests.component}`);
    out.line(`surface    ${digests.surface}`);
    out.line(
      `Next: \`glovebox sign ${shownPath(file)} --key FILE\` (make a key with \`glovebox keygen NAME\`).`,
    );
    out.result({ package: file, digest, digests, tools: surface.map((tool) => tool.name) });
    return EXIT.done;
  },
};
