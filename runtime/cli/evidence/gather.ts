import { makeEvent } from "../../audit/record.ts";
import { makeDebtReport } from "../../debt/report.ts";
import type { ProbeResult } from "../../debt/probe-result.ts";
import { throwReasons } from "../../errors.ts";
import { canonicalBytes } from "../../plugin/canonical.ts";
import { formatLockfile } from "../../plugin/lockfile.ts";
import { bundledPackages, machineFacts } from "../../powers/release-facts.ts";
import { readWorkspace, verifyWorkspace } from "../../workspace.ts";
import { openTrail } from "../audit/open-trail.ts";
import type { CommandCall } from "../command.ts";
import { effectiveMode } from "../machine.ts";
import { describePosture } from "../posture.ts";
import { attackRelease } from "../probes/attack-release.ts";
import { keepRun } from "../probes/kept-run.ts";
import { termsOf } from "../probes/probe-terms.ts";
import type { Documents } from "./archive.ts";
import { describeTrail } from "./audit-state.ts";
import { formatConfiguration, redactConfiguration, redactLocked } from "./redact.ts";
import { makeSbom } from "./sbom.ts";

export interface Gathered {
  readonly version: string;
  readonly documents: Documents;
  readonly probes: readonly ProbeResult[];
}

/**
 * Everything that an auditor is told, as documents in canonical form (RFC 8785). The workspace must verify: nobody is shown
 * evidence of what would not start. Writes into the audit trail that it was made. Throws what a start throws of plugins.
 */
export async function gatherEvidence(call: CommandCall, madeAt: string): Promise<Gathered> {
  const { configFile, machine, out } = call;
  const workspace = readWorkspace(configFile, machine.files);
  const { plugins, refused } = verifyWorkspace(workspace, machine.files);
  throwReasons([...refused.values()].flat());
  out.progress("Trying to break out of the seal");
  const seal = await machine.probeSeal();
  const { plugins: configured } = workspace.configuration;
  const mode = effectiveMode(workspace.configuration.mode);
  out.progress("Attacking this release");
  const terms = termsOf(workspace.configuration, mode, Date.parse(madeAt));
  const probes = await attackRelease({ terms, near: [workspace.paths.folder] });
  keepRun(probes, terms, workspace.paths, machine.files);
  out.progressDone();
  // Whatever the report says of a configuration, it is of what is shown of it.
  const configuration = redactConfiguration(workspace.configuration);
  const posture = {
    ...describePosture({ ...workspace, configuration }, plugins, seal, mode),
    probes,
  };
  const facts = machineFacts();
  const version = posture.runtimeVersion;
  // What was approved and is no longer configured runs nowhere.
  const locked = redactLocked(
    Object.fromEntries(
      Object.entries(workspace.locked).filter(([alias]) => Object.hasOwn(configured, alias)),
    ),
  );
  const trail = openTrail(workspace, machine.files);
  try {
    trail.write(makeEvent("evidence", { detail: { made_at: madeAt } }));
  } finally {
    trail.close();
  }
  const documents: Documents = {
    "versions.json": canonicalBytes({
      format: 1,
      glovebox: version,
      jco: machine.engine.jco,
      seal: seal.name,
      ...facts,
    }),
    "configuration.json": canonicalBytes(formatConfiguration(configuration)),
    "glovebox.lock.json": new TextEncoder().encode(
      formatLockfile({ lockfile_version: 1, engine: machine.engine, plugins: locked }),
    ),
    "sbom.cdx.json": canonicalBytes(
      makeSbom({
        version,
        packages: bundledPackages(),
        machine: facts,
        plugins: plugins.map(({ alias, manifest }) => ({
          alias,
          manifest,
          locked: locked[alias]!,
        })),
      }),
    ),
    "debt.json": canonicalBytes(makeDebtReport(posture, {}, "operator")),
    "probes.json": canonicalBytes({ format: 1, at: probes.at, results: probes.results }),
    "audit.json": canonicalBytes(describeTrail(call)),
  };
  return { version, documents, probes: probes.results };
}
