import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { EXIT } from "../../errors.ts";
import { exposeOffers, NOTHING_EXPOSED } from "../../policy/expose-offers.ts";
import { exposeTools } from "../../policy/expose.ts";
import { readWorkspace, verifyWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";

export const list: Command = {
  name: "list",
  summary: "the installed plugins, their tools and grants, and the seal that holds them",
  usage: "",
  description: [
    "Verifies every plugin from its bytes, starts none, and says which form of ring 5 is in force here.",
    "A plugin that would be refused is shown with the first reason; `glovebox verify` tells them all.",
  ],
  options: {},
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox list", "glovebox list --json"],
  async run({ configFile, out, machine }) {
    const workspace = readWorkspace(configFile, machine.files);
    const { plugins, refused } = verifyWorkspace(workspace, machine.files);
    const seal = await machine.probeSeal();
    const rows = Object.entries(workspace.configuration.plugins).map(([alias, configuration]) => {
      const plugin = plugins.find((candidate) => candidate.alias === alias);
      const exposed = plugin
        ? exposeTools([{ alias, surface: plugin.surface, configuration }]).tools
        : [];
      const offered = plugin
        ? exposeOffers([{ alias, offers: plugin.offers, configuration }]).offers
        : NOTHING_EXPOSED;
      return {
        name: alias,
        version: plugin?.manifest.version ?? "?",
        state: plugin ? (plugin.signers.length > 0 ? "verified" : "unsigned") : "refused",
        reasons: (refused.get(alias) ?? []).map((reason) => reason.code),
        signers: plugin?.signers.map((signer) => signer.trust) ?? [],
        unsigned: configuration.unsigned,
        grants: Object.entries(configuration.grants).map(formatGrant),
        tools: exposed.map((tool) => tool.exposedName),
        prompts: offered.prompts.map((prompt) => prompt.exposedName),
        resources: [
          ...offered.resources.map(({ resource }) => resource.uri),
          ...offered.templates.map(({ template }) => template.uriTemplate),
        ],
      };
    });
    if (rows.length === 0) out.line("No plugins are installed. Next: `glovebox add SOURCE`.");
    else
      out.table(
        ["NAME", "VERSION", "STATE", "SIGNED BY", "GRANTS", "TOOLS"],
        rows.map((row) => [
          row.name,
          row.version,
          row.reasons[0] ?? row.state,
          row.signers.join(", ") || (row.unsigned ? "UNSIGNED" : "?"),
          row.grants.join("; ") || "none",
          row.tools.join(" ") || "none",
        ]),
      );
    out.line();
    if (refused.size > 0)
      out.line("A start would be refused. Next: `glovebox verify` tells every reason.");
    out.line(`Seal in force: ${seal.name}.`);
    out.result({ seal: seal.name, plugins: rows });
    return EXIT.done;
  },
};

function formatGrant([name, grant]: [string, JsonValue]): string {
  return `${name}: ${CAPABILITIES[name as CapabilityName].formatGrant(grant)}`;
}
