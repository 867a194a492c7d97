import { throwReasons } from "../../errors.ts";
import { writeApproval } from "../../approve.ts";
import { changeWorkspace } from "../../change-workspace.ts";
import { compareReleases } from "../../compare-releases.ts";
import type { Examined } from "../../examine.ts";
import type { Finding } from "../../firewall/scan/finding.ts";
import { viewTools } from "../../firewall/tool-view.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { digestOf } from "../../plugin/canonical.ts";
import type { LockedPlugin, Origin, Signer } from "../../plugin/formats.ts";
import { FORBIDDEN_KEYS } from "../../plugin/json.ts";
import { PLUGIN_NAME } from "../../plugin/rules.ts";
import { diffGrants } from "../../plugin/grants.ts";
import { describeSigner } from "../../plugin/signer.ts";
import type { Configuration, PluginConfiguration } from "../../policy/configuration.ts";
import { exposeOffers } from "../../policy/expose-offers.ts";
import { exposeTools, type ExposedTool } from "../../policy/expose.ts";
import type { Vouched } from "../../supply/installed.ts";
import { verifyVouched } from "../../supply/verify-installed.ts";
import { readNeighbours, scanRelease } from "../../scan-release.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import {
  describeGrant,
  lockedAs,
  readConfiguration,
  readWorkspace,
  rulesIn,
  type Workspace,
} from "../../workspace.ts";
import { verifyPolicy } from "./approval-policy.ts";
import { acceptFindings, showFindings } from "./accept-findings.ts";
import { openedPaths, openedToJson, showOpenedPaths } from "./opened-paths.ts";
import { readApprovedRelease } from "./approved-release.ts";
import type { CommandCall } from "../command.ts";
import { decideConsent, notApproved, type Consent } from "./consent.ts";
import { CliError } from "../errors.ts";
import { effectiveMode } from "../machine.ts";
import type { DecidedPath } from "../show/show-flow-path.ts";
import { showReleaseChange } from "../show/show-release-change.ts";
import { showPlugin } from "../show/show-plugin.ts";
import { showSource } from "../show/show-source.ts";

export interface ApprovalResult {
  readonly alias: string;
  readonly locked: LockedPlugin;
  readonly examined: Examined;
  /** Its tools under the names that clients see. */
  readonly exposed: readonly ExposedTool[];
  readonly findings: readonly Finding[];
  /** Paths for private data that it opens among the others. */
  readonly opened: readonly DecidedPath[];
  /** As it is with the plugin. */
  readonly configuration: Configuration;
}

/** Something examined that is about to be approved. */
export interface Candidate {
  readonly alias: string;
  /** As the configuration has it. */
  readonly source: string;
  /** What a remote source resolved to. */
  readonly origin: Origin | undefined;
  readonly unsigned: boolean;
  readonly consent: Consent;
  readonly examined: Examined;
  /** Whether the command itself says what the plugin may do. */
  readonly areGrantsSaid?: boolean;
  /** What the approval changes in the configuration's text. */
  edit(text: string): string;
}

/** The one way a plugin gets in: shown whole, approved by a person or `--yes`, then written as it was examined. */
export async function finishApproval(
  candidate: Candidate,
  workspace: Workspace,
  call: CommandCall,
): Promise<ApprovalResult> {
  const { alias, source, origin, examined } = candidate;
  const { configFile, machine, out } = call;
  const { paths } = workspace;
  const { manifest } = examined.opened;
  assertAlias(alias, "the plugin's name");
  const wanted = readConfiguration(candidate.edit(workspace.text), configFile);
  const shown = configured(alias, wanted);

  const exposed = exposeAlone(alias, examined, shown, configFile);
  const before = lockedAs(alias, workspace);
  assertSamePlugin(alias, before, manifest.name);
  showSource(source, origin, examined.opened.package, out);
  const findings = findingsIn(workspace, candidate, call);
  const views = viewTools(examined.opened.surface, findings, examined.opened.offers);
  showPlugin(examined.opened, views, signersOf(examined.vouched), shown.grants, out);
  showPredecessor(before, paths.homeFolder(alias), call);
  showChange(candidate, shown.grants, workspace, call);
  const opened = openedPaths(alias, wanted, exposed);
  showOpenedPaths(opened, out);
  showFindings(findings, out, approvedFindings(workspace, alias, call));
  verifyPolicy(candidate, workspace, call);
  const accepted = acceptFindings(findings, candidate.consent.accept ?? []);
  const mode = effectiveMode(workspace.configuration.mode);
  const areGrantsSaid =
    candidate.areGrantsSaid === true || digestOf(shown.grants) === digestOf(before?.grants ?? {});
  const hasGrants = Object.keys(shown.grants).length > 0;
  const asked = { alias, found: examined.opened.package, mode, areGrantsSaid, hasGrants };
  const isSaid = decideConsent(asked, candidate.consent);
  if (!isSaid && !(await out.ask(`Approve ${manifest.name} as \`${alias}\`?`)))
    throw notApproved("Nothing was changed: the plugin was not approved.", asked);

  const locked = await changeWorkspace(paths, machine.files, () => {
    // Read again under the lock: another command may have changed the workspace while this one was asking.
    const now = readWorkspace(configFile, machine.files);
    assertSamePlugin(alias, lockedAs(alias, now), manifest.name);
    const configurationText = candidate.edit(now.text);
    const configuration = readConfiguration(configurationText, configFile);
    const { grants } = configured(alias, configuration);
    const { vouched } = verifyVouched(
      examined.opened,
      { package: examined.packageBytes, bundles: examined.bundles },
      candidate.unsigned,
      rulesIn({ ...now, configuration }, machine.files),
    );
    if (
      digestOf(lockedAs(alias, now) ?? null) !== digestOf(before ?? null) ||
      digestOf(grants) !== digestOf(shown.grants) ||
      digestOf(signersOf(vouched)) !== digestOf(signersOf(examined.vouched)) ||
      digestOf(findingsIn(now, candidate, call)) !== digestOf(findings) ||
      digestOf(openedToJson(openedPaths(alias, configuration, exposed))) !==
        digestOf(openedToJson(opened))
    )
      throw new CliError(
        "ERR_NOT_APPROVED",
        "The workspace changed while this was being approved.",
        { remedy: "Run the command again." },
      );
    const approval = {
      alias,
      source,
      origin,
      grants,
      accepted,
      examined,
      configurationText,
      engine: machine.engine,
      nowMs: Date.now(),
    };
    return writeApproval(approval, paths, machine.files);
  });
  return { alias, locked, examined, exposed, findings, opened, configuration: wanted };
}

/** The plugin's tools as clients would see them: what a start would refuse of it alone is not approved first. */
function exposeAlone(
  alias: string,
  { opened: { surface, offers } }: Examined,
  configuration: PluginConfiguration,
  file: string,
): readonly ExposedTool[] {
  const { tools, problems } = exposeTools([{ alias, surface, configuration }]);
  const offered = exposeOffers([{ alias, offers, configuration }]);
  throwReasons([...problems, ...offered.problems].map((problem) => problem.at({ file })));
  return tools;
}

/** What the scanner says of the plugin among those that are installed. */
function findingsIn(
  workspace: Workspace,
  { alias, examined }: Candidate,
  { machine }: CommandCall,
): readonly Finding[] {
  const release = { opened: examined.opened, signers: signersOf(examined.vouched) };
  return scanRelease(release, readNeighbours(alias, workspace, machine.files));
}

/** What it says of the release that is approved now. Undefined where there is none to hold the new one against. */
function approvedFindings(
  workspace: Workspace,
  alias: string,
  { machine }: CommandCall,
): readonly Finding[] | undefined {
  const approved = readApprovedRelease(alias, workspace, machine.files);
  return approved && scanRelease(approved, readNeighbours(alias, workspace, machine.files));
}

/** Grants and data belong to a plugin, not to a name: another plugin under the same one would come into both. */
function assertSamePlugin(alias: string, before: LockedPlugin | undefined, name: string): void {
  if (!before || before.name === name) return;
  const message = `\`${alias}\` is the plugin ${before.name} here, and its grants and data are not for ${name}.`;
  throw new WorkspaceError("ERR_WORKSPACE_EXISTS", message, {
    remedy: `Add it under another name with \`--as NAME\`, or remove \`${alias}\` first.`,
  });
}

/** Old against new, last of all: it stands right above the question. */
function showChange(
  { alias, examined }: Candidate,
  grants: PluginConfiguration["grants"],
  workspace: Workspace,
  { machine, out }: CommandCall,
): void {
  const before = lockedAs(alias, workspace);
  if (!before) return;
  out.line();
  const approved = readApprovedRelease(alias, workspace, machine.files);
  if (approved) {
    const now = { opened: examined.opened, signers: signersOf(examined.vouched) };
    showReleaseChange(alias, compareReleases(approved, now), out);
  } else
    out.line(
      `The approved package of ${before.name} ${before.version} is not in the store, so there is nothing to compare with.`,
    );
  const changes = diffGrants(before.grants, grants, describeGrant);
  if (changes.length === 0) return;
  out.line();
  out.line(out.style("bold", "What changes in what it may do"));
  for (const change of changes) out.line(`  ${makeVisible(change)}`);
}

/** What stands under this name already: another release and its signer, or what a removed plugin left behind. */
function showPredecessor(
  before: LockedPlugin | undefined,
  home: string,
  { machine, out }: CommandCall,
): void {
  const isLeft = !before && machine.files.kindOf(home) !== "nothing";
  if (!before && !isLeft) return;
  const signers = (before?.signers ?? []).map((signer) => makeVisible(describeSigner(signer)));
  const signed = signers.length > 0 ? `signed by ${signers.join(" and ")}` : "unsigned";
  out.line();
  out.line(
    before
      ? `It replaces ${before.name} ${before.version}, ${signed}, and sees its data. What it may do from now on is what is shown above, not what it could before.`
      : `It will see what an earlier plugin of this name left in ${home}.`,
  );
}

function signersOf(vouched: readonly Vouched[]): readonly Signer[] {
  return vouched.map(({ signer }) => signer);
}

function configured(alias: string, { plugins }: Configuration): PluginConfiguration {
  const plugin = Object.hasOwn(plugins, alias) ? plugins[alias] : undefined;
  if (!plugin) throw new Error("an edit lost its plugin");
  return plugin;
}

/** Whether a plugin may be called so here. Throws `ERR_USAGE`. */
export function assertAlias(alias: string, what: string): void {
  if (
    PLUGIN_NAME.pattern?.test(alias) &&
    alias.length <= PLUGIN_NAME.lengthMax &&
    !FORBIDDEN_KEYS.has(alias)
  )
    return;
  throw new CliError(
    "ERR_USAGE",
    `\`${alias}\` (${what}) cannot be a plugin's name here: that is ${PLUGIN_NAME.shape}, at most ${PLUGIN_NAME.lengthMax} characters.`,
    {
      remedy: "Give it a name with `--as NAME`.",
    },
  );
}
