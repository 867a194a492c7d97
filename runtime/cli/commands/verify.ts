import { EXIT, Refusals, type GloveboxError } from "../../errors.ts";
import { exposeTools } from "../../policy/expose.ts";
import { decideStart } from "../../policy/gates.ts";
import { readWorkspace, verifyWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { effectiveMode } from "../machine.ts";
import { makeMachine } from "../make-machine.ts";

export const verify: Command = {
  name: "verify",
  summary: "check everything from the bytes, as a start would, and list every reason to refuse",
  usage: "",
  description: [
    "Parses the configuration and the lockfile, and verifies digests, signatures, signers, capabilities and grants.",
    "Asks the same gates as `serve`. Changes nothing and runs no plugin. Exit 3 when a start would be refused.",
  ],
  options: {},
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox verify", "NODE_ENV=production glovebox verify --json"],
  async run({ configFile, out }) {
    const machine = makeMachine();
    const workspace = readWorkspace(configFile, machine.files);
    const { plugins, reasons } = verifyWorkspace(workspace, machine.files);
    const { configuration } = workspace;
    const sandbox = await machine.openSandbox();
    await sandbox.close();
    const mode = effectiveMode(configuration.mode);
    const { problems } = exposeTools(
      plugins.map((plugin) => ({
        alias: plugin.alias,
        surface: plugin.surface,
        configuration: configuration.plugins[plugin.alias] ?? { source: "", grants: {}, limits: configuration.limits, unsigned: false },
      })),
    );
    const gates = decideStart({ mode, plugins: configuration.plugins, waivers: configuration.waivers, seal: sandbox.seal, nowMs: Date.now() });
    const all: GloveboxError[] = [...reasons, ...problems, ...gates];
    if (all.length > 0) throw new Refusals(all);
    for (const plugin of plugins)
      out.line(`${out.style("green", "ok")}  ${plugin.alias}  ${plugin.manifest.name} ${plugin.manifest.version}  ${plugin.digests.component}  ${plugin.signer ? `signed by ${plugin.signer.trust}` : "UNSIGNED"}`);
    out.line(`${plugins.length} plugin${plugins.length === 1 ? "" : "s"} verified in ${mode} mode. Seal: ${sandbox.seal.name}.`);
    out.result({ mode, seal: sandbox.seal.name, verified: plugins.map((plugin) => plugin.alias) });
    return EXIT.done;
  },
};
