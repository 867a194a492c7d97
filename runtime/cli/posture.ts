import type { CapabilityName } from "@glovebox/host-api/capability";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { Posture } from "../debt/report.ts";
import type { ServerConfiguration } from "../policy/server/configuration.ts";
import { runtimeVersion } from "../powers/version.ts";
import type { Seal } from "../sandbox/sandbox.ts";
import type { VerifiedPlugin } from "../supply/installed.ts";
import { configuredPlugin, verifyWorkspace, type Workspace } from "../workspace.ts";
import { effectiveMode, type Machine } from "./machine.ts";

/** What the debt report says of a workspace that is not serving; without one, of the machine alone. */
export async function probePosture(
  workspace: Workspace | undefined,
  machine: Machine,
): Promise<Posture> {
  const seal = await machine.probeSeal();
  if (!workspace)
    return {
      runtimeVersion: runtimeVersion(),
      mode: effectiveMode("development"),
      seal,
      waivers: [],
      plugins: [],
    };
  const { plugins } = verifyWorkspace(workspace, machine.files);
  return describePosture(workspace, plugins, seal, effectiveMode(workspace.configuration.mode));
}

/** The facts that the debt report speaks of. */
export function describePosture(
  workspace: Workspace,
  plugins: readonly VerifiedPlugin[],
  seal: Seal,
  mode: Posture["mode"],
): Posture {
  return {
    runtimeVersion: runtimeVersion(),
    mode,
    seal,
    waivers: workspace.configuration.waivers,
    ...countsAlone(workspace.configuration.server),
    plugins: plugins.map(({ alias, signers }) => ({
      alias,
      signed: signers.length > 0,
      grants: Object.entries(configuredPlugin(workspace, alias).grants).map(
        ([capability, grant]) => ({
          capability,
          form: CAPABILITIES[capability as CapabilityName].formatGrant(grant),
          sends: capability === "http",
        }),
      ),
    })),
  };
}

function countsAlone({ rate, store }: ServerConfiguration): Pick<Posture, "countsAloneWhenAway"> {
  const isAlone = store.kind === "redis" && rate?.whenAway === "allow";
  return isAlone ? { countsAloneWhenAway: true } : {};
}
