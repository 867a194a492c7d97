import { EXIT, GloveboxError, Refusals } from "../../errors.ts";
import { isSealed } from "../../policy/gates.ts";
import { readWorkspace, verifyWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { effectiveMode } from "../machine.ts";
import { makeMachine } from "../make-machine.ts";

interface Check {
  readonly name: string;
  readonly state: "ok" | "warning" | "failed";
  readonly says: string;
}

export const doctor: Command = {
  name: "doctor",
  summary: "try the seal on this machine and check the workspace",
  usage: "",
  description: [
    "Starts a hostile program inside a runner's seal and reports what it could and could not do.",
    "Exit 1 when something is wrong that production would refuse.",
  ],
  options: {},
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox doctor", "glovebox doctor --json"],
  async run({ configFile, out }) {
    const machine = makeMachine();
    out.progress("Trying to break out of the seal");
    const sandbox = await machine.openSandbox();
    await sandbox.close();
    out.progressDone();
    const { seal } = sandbox;
    const checks: Check[] = [
      { name: "node", state: "ok", says: process.versions.node },
      {
        name: "ring 5",
        state: isSealed(seal) ? "ok" : "failed",
        says: isSealed(seal)
          ? `${seal.name}: ${seal.denied.length} attempts denied, none allowed`
          : `not in force${seal.allowed.length > 0 ? `; allowed: ${seal.allowed.join(", ")}` : ""}`,
      },
      ...seal.remarks.map((says): Check => ({ name: "ring 5", state: "warning", says })),
      ...checkWorkspace(configFile, machine),
    ];
    out.table(["CHECK", "STATE", "SAYS"], checks.map((check) => [check.name, check.state, check.says]));
    if (out.json) out.result({ checks: checks.map((check) => ({ ...check })), denied: [...seal.denied] });
    return checks.some((check) => check.state === "failed") ? EXIT.failed : EXIT.done;
  },
};

function checkWorkspace(configFile: string, machine: ReturnType<typeof makeMachine>): Check[] {
  if (machine.files.kindOf(configFile) === "nothing") return [{ name: "workspace", state: "warning", says: "no glovebox.yaml here: run `glovebox init`" }];
  try {
    const workspace = readWorkspace(configFile, machine.files);
    const { plugins, reasons } = verifyWorkspace(workspace, machine.files);
    return [
      { name: "mode", state: "ok", says: effectiveMode(workspace.configuration.mode) },
      ...plugins.map((plugin): Check => ({
        name: `plugin ${plugin.alias}`,
        state: plugin.signer ? "ok" : "warning",
        says: plugin.signer ? `signed by ${plugin.signer.trust}` : "UNSIGNED",
      })),
      ...reasons.map((reason): Check => ({ name: "plugin", state: "failed", says: `${reason.code}: ${reason.message}` })),
    ];
  } catch (error) {
    const reasons = error instanceof Refusals ? error.reasons : error instanceof GloveboxError ? [error] : undefined;
    if (!reasons) throw error;
    return reasons.map((reason): Check => ({ name: "workspace", state: "failed", says: `${reason.code}: ${reason.message}` }));
  }
}
