import type { Release } from "../../compare-releases.ts";
import { GloveboxError, Refusals } from "../../errors.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import { lockedAs, openStored, type Workspace } from "../../workspace.ts";

/** The release that was approved under a name, from the store: what another one is held against. Undefined when it is not there, or is not it. */
export function readApprovedRelease(
  alias: string,
  workspace: Workspace,
  files: FilePowers,
): Release | undefined {
  const locked = lockedAs(alias, workspace);
  if (!locked) return undefined;
  try {
    return { opened: openStored(workspace, alias, locked, files), signers: locked.signers };
  } catch (error) {
    if (error instanceof GloveboxError || error instanceof Refusals) return undefined;
    throw error;
  }
}
