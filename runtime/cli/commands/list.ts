import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { EXIT } from "../../errors.ts";
import { exposeTools } from "../../policy/expose.ts";
import { readWorkspace, verifyWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { makeMachine } from "../make-machine.ts";

export const list: Command = {
  name: "list",
  summary: "the installed plugins, their tools and grants, and the seal that holds them",
  usage: "",
  description: ["Verifies every plugin from its bytes, starts none, and says which form of ring 5 is in force here."],
  options: {},
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox list", "glovebox list --json"],
  async run({ configFile, out }) {
    const machine = makeMachine();
    const workspace = readWorkspace(configFile, machine.files);
    const { plugins, reasons } = verifyWorkspace(workspace, machine.files);
    const sandbox = await machine.openSandbox();
    await sandbox.close();
    const rows = Object.entries(workspace.configuration.plugins).map(([alias, configuration]) => {
      const plugin = plugins.find((candidate) => candidate.alias === alias);
      const tools = plugin ? exposeTools([{ alias, surface: plugin.surface, configuration }]).tools.map((tool) => tool.exposedName) : [];
      const refused = reasons.filter((reason) => reason.place?.path?.split(".").includes(alias));
      return {
        name: alias,
        version: plugin?.manifest.version ?? workspace.locked[alias]?.version ?? "?",
        state: plugin ? "verified" : (refused[0]?.code ?? "refused"),
        signer: plugin?.signer?.trust ?? (configuration.unsigned ? "UNSIGNED" : "?"),
        grants: Object.entries(configuration.grants).map(
          ([name, grant]) => `${name}: ${CAPABILITIES[name as CapabilityName].formatGrant(grant as JsonValue)}`,
        ),
        tools,
      };
    });
    if (rows.length === 0) out.line("No plugins are installed. Next: `glovebox add SOURCE`.");
    else
      out.table(
        ["NAME", "VERSION", "STATE", "SIGNED BY", "GRANTS", "TOOLS"],
        rows.map((row) => [row.name, row.version, row.state, row.signer, row.grants.join("; ") || "none", row.tools.join(" ")]),
      );
    out.line();
    out.line(`Seal in force: ${sandbox.seal.name}.`);
    out.result({ seal: sandbox.seal.name, plugins: rows });
    return reasons.length > 0 ? EXIT.refused : EXIT.done;
  },
};
