import { EXIT } from "../../errors.ts";
import { removePlugin } from "../../policy/edit-configuration.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import { readWorkspace } from "../../workspace.ts";
import { writeRemoval } from "../../approve.ts";
import type { Command } from "../command.ts";
import { makeMachine } from "../make-machine.ts";

export const remove: Command = {
  name: "remove",
  summary: "take a plugin out",
  usage: "NAME",
  description: [
    "Takes the plugin out of the configuration, the lockfile and the store.",
    "Its data folder stays in .glovebox/data: delete it yourself when nobody needs it.",
  ],
  options: {},
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox remove time"],
  async run(call) {
    const machine = makeMachine();
    const alias = call.args[0] ?? "";
    const { paths } = readWorkspace(call.configFile, machine.files);
    await machine.files.withLock(paths.busyFile, async () => {
      const workspace = readWorkspace(call.configFile, machine.files);
      if (!Object.hasOwn(workspace.configuration.plugins, alias) && !Object.hasOwn(workspace.locked, alias))
        throw new WorkspaceError("ERR_NOT_INSTALLED", `No plugin \`${alias}\` is installed.`, { place: { file: call.configFile } });
      writeRemoval(alias, removePlugin(workspace.text, call.configFile, alias), machine.engine, paths, machine.files);
    });
    call.out.line(`Removed ${alias}. Its data, if it had any, is still in ${paths.homeFolder(alias)}.`);
    call.out.result({ removed: alias });
    return EXIT.done;
  },
};
