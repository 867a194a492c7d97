import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Naming } from "../../plugin/wit/derive-manifest.ts";
import type { Source } from "../../supply/read-source.ts";
import { openPackage } from "../../supply/verify-installed.ts";
import { NO_TRUST } from "../../supply/signatures/trust.ts";
import { lockedAs, readStored, rulesOf, type Workspace } from "../../workspace.ts";
import type { CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";

/** A source with the operator's words for it. Only what has no manifest can be named: an author's is not overruled. */
export function nameSource(source: Source, naming: Naming = {}): Source {
  if (Object.keys(naming).length === 0) return source;
  if (source.kind === "bare") return { ...source, naming };
  throw new CliError(
    "ERR_USAGE",
    "It has a manifest, so it cannot be given another name, version or licence.",
    {
      remedy: "Use `--as NAME` for its name in this workspace.",
    },
  );
}

/** A component without a manifest is called what it was called when it was approved: the words stand in its stored package. */
export function nameAsBefore(
  source: Source,
  alias: string,
  workspace: Workspace,
  { machine }: CommandCall,
): Source {
  const entry = lockedAs(alias, workspace);
  if (source.kind !== "bare" || !entry) return source;
  const stored = readStored(workspace.paths, alias, entry, machine.files);
  if (digestOfBytes(stored.package) !== entry.package) return source;
  const { name, license, version } = openPackage(stored.package, rulesOf(NO_TRUST)).manifest;
  const isSame = digestOfBytes(source.component) === entry.digests.component;
  return { ...source, naming: { name, license, ...(isSame && { version }) } };
}
