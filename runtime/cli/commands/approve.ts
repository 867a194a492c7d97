import { EXIT } from "../../errors.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import { readWorkspace } from "../../workspace.ts";
import { approveInstalled } from "../approval.ts";
import type { Command } from "../command.ts";
import { makeMachine } from "../make-machine.ts";

export const approve: Command = {
  name: "approve",
  summary: "approve again what changed: new grants, or a new build at the source",
  usage: "NAME [--yes]",
  description: [
    "Looks at the plugin as its source and the configuration have it now, shows it whole, and pins it anew.",
    "Needed after grants were changed by hand, after the source was rebuilt, and for a plugin that the lockfile does not know.",
  ],
  options: { yes: { type: "boolean", summary: "approve without asking; never waives a refusal" } },
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox approve time", "glovebox approve time --yes"],
  async run(call) {
    const machine = makeMachine();
    const alias = call.args[0] ?? "";
    const workspace = readWorkspace(call.configFile, machine.files);
    const configuration = Object.hasOwn(workspace.configuration.plugins, alias) ? workspace.configuration.plugins[alias] : undefined;
    if (!configuration) throw new WorkspaceError("ERR_NOT_INSTALLED", `No plugin \`${alias}\` is configured.`, { place: { file: call.configFile } });
    const { locked } = await approveInstalled(alias, configuration, call.flag("yes"), workspace, call, machine);
    call.out.line();
    call.out.line(`Approved and pinned ${call.out.style("bold", alias)} ${locked.version}.`);
    call.out.result({ alias, locked: { ...locked } as never });
    return EXIT.done;
  },
};
