import { throwReasons, type GloveboxError } from "../../errors.ts";
import type { LockedPlugin } from "../../plugin/formats.ts";
import { signerId } from "../../plugin/signer.ts";
import { PolicyError } from "../../policy/errors.ts";
import { decideLicence } from "../../policy/licences.ts";
import { findLookAlike, OWN_PLUGINS } from "../../policy/look-alike.ts";
import { lockedAs, type Workspace } from "../../workspace.ts";
import type { CommandCall } from "../command.ts";
import type { Candidate } from "./finish-approval.ts";

/** The finding that a name could be taken for another. */
export const LOOK_ALIKE = "look-alike-name";

/** What the operator's policy says of a plugin that is about to be approved, after it was shown. Throws every reason to refuse it. */
export function verifyPolicy(
  candidate: Candidate,
  workspace: Workspace,
  { out }: CommandCall,
): void {
  const { alias, examined, consent } = candidate;
  const { licences } = workspace.configuration;
  const reasons: GloveboxError[] = [];
  const licence = decideLicence(alias, examined.opened.manifest.license, licences);
  if (licence && licences?.otherwise === "refuse")
    reasons.push(licence.at({ file: workspace.paths.configFile }));
  else if (licence) warn(licence.message);
  const likeness = describeLikeness(candidate, workspace);
  if (likeness !== undefined && !consent.accept?.includes(LOOK_ALIKE))
    reasons.push(new PolicyError("ERR_NAME_LOOKS_ALIKE", likeness));
  else if (likeness !== undefined) warn(likeness);
  throwReasons(reasons);

  function warn(words: string): void {
    out.line();
    out.line(out.style("yellow", words));
  }
}

/** Whose name a plugin's could be taken for; that of a release which any of its own signers signed is known. */
function describeLikeness(
  { alias, examined }: Candidate,
  workspace: Workspace,
): string | undefined {
  const signers = examined.vouched.map(({ signer }) => signerId(signer));
  const isForeign = ({ signers: approved }: LockedPlugin): boolean =>
    approved.length > 0 && !approved.some((signer) => signers.includes(signerId(signer)));
  const before = lockedAs(alias, workspace);
  // The same component under another signature is the same plugin: keys are changed so.
  const isOther = before?.digests.component !== examined.opened.digests.component;
  if (before)
    return isOther && isForeign(before)
      ? `It would replace \`${alias}\`, and none of the approved signers has signed it.`
      : undefined;
  const { name } = examined.opened.manifest;
  const installed = Object.entries(workspace.locked);
  // The same plugin under other names here is not one that this could be taken for.
  const others = installed.filter(([, locked]) => locked.name !== name);
  const names = others.flatMap(([other, locked]) => [other, locked.name]);
  const like = findLookAlike(name, [...names, ...OWN_PLUGINS]);
  if (like !== undefined) {
    const whose = names.includes(like) ? "which is installed" : "which comes with Glovebox";
    return `The name \`${name}\` could be taken for \`${like}\`, ${whose}.`;
  }
  const twin = installed.find(
    ([, locked]) =>
      locked.name === name && locked.package !== examined.opened.package && isForeign(locked),
  );
  return (
    twin && `\`${twin[0]}\` is the plugin ${name} too, and none of its signers has signed this one.`
  );
}
