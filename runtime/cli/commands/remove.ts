import { writeRemoval } from "../../approve.ts";
import { changeWorkspace } from "../../change-workspace.ts";
import { EXIT } from "../../errors.ts";
import { removePlugin } from "../../policy/edit-configuration.ts";
import { configuredPlugin, readWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { shownPath } from "../show/shown-path.ts";

export const remove: Command = {
  name: "remove",
  summary: "take a plugin out",
  usage: "NAME",
  description: [
    "Takes the plugin out of the configuration, the lockfile and the store.",
    "Its data folder stays in .glovebox/data: delete it yourself when nobody needs it.",
  ],
  options: {},
  takesPlugins: true,
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox remove time"],
  async run({ args: [alias = ""], configFile, out, machine: { files, engine } }) {
    const { paths } = assertInstalled(alias);
    await changeWorkspace(paths, files, () => {
      const { text } = assertInstalled(alias);
      writeRemoval(alias, removePlugin(text, configFile, alias), engine, paths, files);
    });
    const data = paths.homeFolder(alias);
    const hasData = files.kindOf(data) !== "nothing";
    out.line(
      `Removed ${out.style("bold", alias)}.${hasData ? ` Its data is still in ${shownPath(data)}.` : ""}`,
    );
    out.line("Next: `glovebox list` shows what is left.");
    out.result({ removed: alias, data: hasData ? data : null });
    return EXIT.done;

    /** Also what only the lockfile knows can be removed. */
    function assertInstalled(name: string) {
      const workspace = readWorkspace(configFile, files);
      if (!Object.hasOwn(workspace.locked, name)) configuredPlugin(workspace, name);
      return workspace;
    }
  },
};
