import { collectReasons } from "../../errors.ts";
import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Source } from "../../supply/read-source.ts";
import { verifySource } from "../../supply/verify-installed.ts";
import {
  configuredPlugin,
  lockedAs,
  readEndorsements,
  rulesIn,
  type Workspace,
} from "../../workspace.ts";
import type { CommandCall } from "../command.ts";

/**
 * A source with what the operator signed of it, where it still has the approved bytes: of others it says nothing.
 * The signatures are yet to be verified, as those are that came with it.
 */
export function withEndorsements(
  found: Source,
  alias: string,
  workspace: Workspace,
  { machine }: CommandCall,
): Source {
  const locked = lockedAs(alias, workspace);
  if (!locked) return found;
  const { unsigned } = configuredPlugin(workspace, alias);
  const rules = rulesIn(workspace, machine.files);
  const isPinned =
    found.kind === "package"
      ? digestOfBytes(found.package) === locked.package
      : collectReasons([() => verifySource(found, { alias, locked, unsigned }, rules)]).length ===
        0;
  if (!isPinned) return found;
  const endorsements = readEndorsements(workspace.paths, locked, machine.files);
  return { ...found, bundles: [...found.bundles, ...endorsements] };
}
