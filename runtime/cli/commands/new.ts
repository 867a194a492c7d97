import path from "node:path";
import { ScaffoldError } from "@glovebox/sdk/new/errors";
import { EXIT } from "../../errors.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import type { Command } from "../command.ts";
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
    const isNew = files.kindOf(folder) === "nothing";
    const { scaffoldPlugin } = await import("@glovebox/sdk/new");
    const written = await scaffoldPlugin(folder, name).catch((cause: unknown) => {
      if (isNew) files.remove(folder);
      if (cause instanceof ScaffoldError) throw cause;
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
