import type { CapabilityName } from "@glovebox/host-api/capability";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { Posture, PostureOfPlugin, RefusedPlugin } from "../debt/posture.ts";
import type { ProbeRun } from "../debt/probe-result.ts";
import { listSecretReferences, type SecretReference } from "../policy/gates/secret-references.ts";
import { packagesInUse, runtimeVersion } from "../powers/version.ts";
import type { Seal } from "../sandbox/sandbox.ts";
import type { VerifiedPlugin } from "../supply/installed.ts";
import {
  configuredPlugin,
  verifyWorkspace,
  type Verification,
  type Workspace,
} from "../workspace.ts";
import { effectiveMode, type Machine } from "./machine.ts";
import { readKeptRun } from "./probes/kept-run.ts";
import { termsOf } from "./probes/probe-terms.ts";

/** What the debt report says of a workspace that is not serving; without one, of the machine alone. */
export async function probePosture(
  workspace: Workspace | undefined,
  machine: Machine,
): Promise<Posture> {
  const seal = await machine.probeSeal();
  if (!workspace)
    return withPackages({
      runtimeVersion: runtimeVersion(),
      mode: effectiveMode("development"),
      seal,
      waivers: [],
      plugins: [],
    });
  const { plugins, refused } = verifyWorkspace(workspace, machine.files);
  const mode = effectiveMode(workspace.configuration.mode);
  const terms = termsOf(workspace.configuration, mode, Date.now());
  const probes = readKeptRun(terms, workspace.paths, machine.files, Date.now());
  return describePosture(workspace, plugins, seal, mode, { refused, probes });
}

/** The facts that the debt report speaks of. */
// debt("GB-076"): as they were read, and as far as they are known to matter.
export function describePosture(
  workspace: Workspace,
  plugins: readonly VerifiedPlugin[],
  seal: Seal,
  mode: Posture["mode"],
  {
    serving,
    refused = new Map(),
    probes,
  }: {
    readonly serving?: Posture["serving"];
    readonly refused?: Verification["refused"];
    readonly probes?: ProbeRun | undefined;
  } = {},
): Posture {
  const { configuration } = workspace;
  const secrets = listSecretReferences(configuration);
  return withPackages({
    runtimeVersion: runtimeVersion(),
    mode,
    seal,
    waivers: configuration.waivers,
    acceptedPaths: configuration.flow.accept,
    configuration,
    plugins: plugins.map((plugin) => describePlugin(workspace, plugin, secrets)),
    refused: [...refused].map(([alias, reasons]): RefusedPlugin => ({
      alias,
      codes: reasons.map(({ code }) => code),
    })),
    ...(serving === undefined ? {} : { serving }),
    ...(probes === undefined ? {} : { probes }),
  });
}

function describePlugin(
  workspace: Workspace,
  { alias, signers }: Pick<VerifiedPlugin, "alias" | "signers">,
  secrets: readonly SecretReference[],
): PostureOfPlugin {
  const { grants } = configuredPlugin(workspace, alias);
  const place = `plugins.${alias}.`;
  return {
    alias,
    signed: signers.length > 0,
    grants: Object.entries(grants).map(([capability, grant]) => {
      const name = capability as CapabilityName;
      const { consequence } = CAPABILITIES[name];
      const { can, severity, references } = consequence;
      const where = consequence.whereTo?.(grant);
      return {
        capability: name,
        can,
        severity,
        references,
        ...(where === undefined ? {} : { whereTo: where }),
      };
    }),
    secrets: secrets.filter(({ path }) => path.startsWith(place)).map(({ reference }) => reference),
  };
}

/** What is in use is looked up when a report is first asked for: a start need not wait for it. */
function withPackages(posture: Omit<Posture, "packages">): Posture {
  let packages: Posture["packages"];
  return {
    ...posture,
    get packages() {
      packages ??= packagesInUse(posture.seal.name);
      return packages;
    },
  };
}
