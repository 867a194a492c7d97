import type { KeyObject } from "node:crypto";
import { GloveboxError, Refusals } from "../../errors.ts";
import { digestOfBytes } from "../../plugin/canonical.ts";
import type { LockedPlugin } from "../../plugin/formats.ts";
import { editPlugin } from "../../policy/edit-configuration.ts";
import type { Source } from "../../supply/read-source.ts";
import {
  configuredPlugin,
  lockedAs,
  readStored,
  readWorkspace,
  type Workspace,
} from "../../workspace.ts";
import { examine } from "./approve.ts";
import type { CommandCall } from "../command.ts";
import { assertNamed, type Consent } from "./consent.ts";
import { withEndorsements } from "./endorsed-source.ts";
import { fetchTyped, readTypedSource } from "./fetch-here.ts";
import { nameAsBefore } from "./name-source.ts";
import { finishApproval, type ApprovalResult } from "./finish-approval.ts";

/** A plugin that is to be brought up to what a source has now. */
export interface UpdateRequest extends Consent {
  readonly alias: string;
  /** Another source from now on, as typed; undefined keeps the configured one. */
  readonly from: string | undefined;
  /** The operator's own key, where he vouches for what is there now. */
  readonly endorser?: KeyObject | undefined;
}

/**
 * Fetches a plugin anew and asks for approval of what differs. Undefined when its source has the approved bytes and signatures.
 * Throws whatever is wrong with it, and `ERR_NOT_APPROVED` when nobody says yes.
 */
export async function updatePlugin(
  request: UpdateRequest,
  call: CommandCall,
): Promise<ApprovalResult | undefined> {
  const { alias, from, endorser } = request;
  const { configFile, machine } = call;
  const workspace = readWorkspace(configFile, machine.files);
  const { source: configured, unsigned: wasUnsigned } = configuredPlugin(workspace, alias);
  const unsigned = wasUnsigned && !endorser;
  const typed =
    from === undefined
      ? { typed: configured, source: configured }
      : readTypedSource(from, workspace.paths.root);
  const found = nameAsBefore(await fetchTyped(typed, workspace, call), alias, workspace);
  const { source } = typed;
  if (source === configured && isApproved(alias, found, workspace, call)) return undefined;
  assertNamed(found, request);
  // A new endorsement takes the place of the old one.
  const vouched = endorser ? found : withEndorsements(found, alias, workspace, call);
  const examined = await examine(vouched, { alias, unsigned, endorser }, workspace, call);
  const edit = (text: string): string =>
    editPlugin(text, configFile, alias, {
      ...(source === configured ? {} : { source }),
      ...(wasUnsigned && endorser ? { unsigned } : {}),
    });
  const { origin } = found;
  return finishApproval(
    { alias, source, origin, unsigned, consent: request, examined, edit },
    workspace,
    call,
  );
}

/** Whether a fetched package is, with its signatures, byte by byte the stored one. What is not packed yet has no digest to compare. */
function isApproved(
  alias: string,
  found: Source,
  workspace: Workspace,
  { machine }: CommandCall,
): boolean {
  const locked = lockedAs(alias, workspace);
  if (!locked || found.kind !== "package") return false;
  if (digestOfBytes(found.package) !== locked.package) return false;
  try {
    const stored = readStored(workspace.paths, alias, locked, machine.files);
    return (
      digestOfBytes(stored.package) === locked.package &&
      digestOfBundles(stored.bundles.filter(({ endorsed }) => !endorsed)) ===
        digestOfBundles(found.bundles) &&
      stored.bundles.length === bundlesOf(locked)
    );
  } catch (error) {
    if (error instanceof GloveboxError || error instanceof Refusals) return false;
    throw error;
  }
}

/** How many signatures were approved: who attested the build has one for that, too. */
function bundlesOf({ signers }: LockedPlugin): number {
  const attested = signers.filter((one) => one.kind === "identity" && one.provenance);
  return signers.length + attested.length;
}

/** In whatever order and under whatever names they came. */
function digestOfBundles(bundles: Source["bundles"]): string {
  return bundles
    .map(({ bytes }) => digestOfBytes(bytes))
    .toSorted()
    .join();
}
