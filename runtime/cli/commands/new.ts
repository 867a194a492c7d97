import path from "node:path";
import { EXIT } from "../../errors.ts";
import { makeFilePowers } from "../../powers/files.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export const scaffold: Command = {
  name: "new",
  summary: "start a plugin: one working tool, its manifest and a test",
  usage: "DIR",
  description: ["Makes the folder DIR with a TypeScript tool, plugin.json, and a test that runs without a server."],
  options: {},
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox new hello"],
  async run({ args, out }) {
    const folder = path.resolve(args[0] ?? "");
    const name = path.basename(folder);
    if (!NAME.test(name) || name.length > 40)
      throw new CliError("ERR_USAGE", `\`${name}\` cannot be a plugin's name.`, { remedy: "Use lower-case letters, digits and single hyphens, at most 40, beginning with a letter." });
    const files = makeFilePowers();
    if (files.kindOf(folder) !== "nothing" && files.list(folder).length > 0)
      throw new WorkspaceError("ERR_WORKSPACE_EXISTS", "This folder exists and is not empty, and it was left as it is.", { place: { file: folder } });
    const { scaffoldPlugin } = await import("@glovebox/sdk/new");
    const written = await scaffoldPlugin(folder, name);
    const shown = path.relative(process.cwd(), folder) || ".";
    out.line(`Made ${out.style("bold", shown)}: ${written.join(", ")}.`);
    out.line(`Next: edit ${path.join(shown, "src", "plugin.ts")}, then \`glovebox build ${shown}\`.`);
    out.result({ folder, files: [...written] });
    return EXIT.done;
  },
};
