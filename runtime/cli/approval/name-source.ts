import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Naming } from "../../plugin/wit/derive-manifest.ts";
import type { Source } from "../../supply/read-source.ts";
import { lockedAs, type Workspace } from "../../workspace.ts";
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

/** A component without a manifest is called what it was called when it was approved. */
export function nameAsBefore(source: Source, alias: string, workspace: Workspace): Source {
  const locked = lockedAs(alias, workspace);
  if (source.kind !== "bare" || !locked) return source;
  const { name, version, license, digests } = locked;
  const isSame = digestOfBytes(source.component) === digests.component;
  return { ...source, naming: { name, ...(license && { license }), ...(isSame && { version }) } };
}
