import path from "node:path";
import { ScaffoldError } from "@glovebox/sdk/new/errors";
import { EXIT } from "../../errors.ts";
import { PLUGIN_NAME } from "../../plugin/rules.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { shownPath } from "../show/shown-path.ts";

export const scaffold: Command = {
  name: "new",
  summary: "start a plugin: one working tool, its manifest and a test",
  usage: "DIR",
  description: [
    "Makes the folder DIR with a TypeScript tool, plugin.json, and a test that runs without a server.",
  ],
  options: {},
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox new hello"],
  async run({ args, out, machine: { files } }) {
    const folder = path.resolve(args[0] ?? "");
    const name = path.basename(folder);
    if (!PLUGIN_NAME.pattern?.test(name) || name.length > PLUGIN_NAME.lengthMax)
      throw new CliError(
        "ERR_USAGE",
        `\`${name}\` cannot be a plugin's name: that is ${PLUGIN_NAME.shape}, at most ${PLUGIN_NAME.lengthMax} characters.`,
        {
          remedy: "Name the folder as the plugin shall be named.",
        },
      );
    const isNew = files.kindOf(folder) === "nothing";
    if (!isNew && files.list(folder).length > 0)
      throw new WorkspaceError(
        "ERR_WORKSPACE_EXISTS",
        "This folder is not empty, and it was left as it is.",
        { place: { file: folder } },
      );
    files.makeFolder(folder);
    const { scaffoldPlugin } = await import("@glovebox/sdk/new");
    const written = await scaffoldPlugin(folder, name).catch((cause: unknown) => {
      if (cause instanceof ScaffoldError) throw cause;
      if (isNew) files.remove(folder);
      throw new WorkspaceError(
        "ERR_WORKSPACE_NOT_WRITABLE",
        `The plugin's files cannot be written: ${String(cause)}.`,
        { place: { file: folder }, cause },
      );
    });
    out.line(`Made ${out.style("bold", shownPath(folder))}: ${written.join(", ")}.`);
    out.line(
      `Next: edit ${path.join(shownPath(folder), "src", "plugin.ts")}, then \`glovebox build ${shownPath(folder)}\`.`,
    );
    out.result({ folder, files: written });
    return EXIT.done;
  },
};
