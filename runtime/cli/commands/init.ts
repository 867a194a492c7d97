import { changeWorkspace } from "../../change-workspace.ts";
import { EXIT } from "../../errors.ts";
import configurationSchema from "../../policy/glovebox.schema.json" with { type: "json" };
import { FIRST_CONFIGURATION } from "../../policy/edit-configuration.ts";
import { FIRST_HTTP_CONFIGURATION } from "../../policy/first-http-configuration.ts";
import { workspacePaths } from "../../workspace-paths.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import type { Command } from "../command.ts";
import { shownPath } from "../show/shown-path.ts";

export const init: Command = {
  name: "init",
  summary: "write a first glovebox.yaml here",
  usage: "[--http]",
  description: [
    "Writes glovebox.yaml, which grants nothing, and the folder .glovebox for approved packages and plugin data.",
    "With --http it is a commented configuration of a server for others, in production; `glovebox doctor` then says what is left to do.",
    "Keep glovebox.yaml and glovebox.lock.json under version control; .glovebox keeps itself out of it.",
  ],
  options: {
    http: { type: "boolean", summary: "begin a server for others, behind a load balancer" },
  },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox init", "glovebox init --http", "glovebox init --config tools/glovebox.yaml"],
  async run({ configFile, flag, out, machine }) {
    const { files } = machine;
    if (files.kindOf(configFile) !== "nothing")
      throw new WorkspaceError(
        "ERR_WORKSPACE_EXISTS",
        "There is a configuration here already, and it was left as it is.",
        { place: { file: configFile } },
      );
    const schema = `${JSON.stringify(configurationSchema, undefined, 2)}\n`;
    const paths = workspacePaths(configFile);
    await changeWorkspace(paths, files, () => {
      // The first line of the configuration names it, for editors.
      files.writeFile(paths.schemaFile, schema);
      files.createFile(configFile, flag("http") ? FIRST_HTTP_CONFIGURATION : FIRST_CONFIGURATION);
    });
    out.line(`Wrote ${out.style("bold", shownPath(configFile))}: it grants nothing yet.`);
    if (flag("http"))
      out.line(
        'First: correct the lines marked CHANGE, and export GLOVEBOX_STATE_KEY="$(openssl rand -base64 32)". `glovebox doctor` says what is left.',
      );
    out.line(
      "Next: trust a plugin author's key with `glovebox trust add KEY --plugins NAME`, then `glovebox add SOURCE`.",
    );
    out.result({ configuration: configFile });
    return EXIT.done;
  },
};
