import { compareReleases, type Release, type ReleaseChange } from "../../compare-releases.ts";
import { collectReasons, EXIT, located, reasonsOf, type GloveboxError } from "../../errors.ts";
import { openDerived } from "../../examine.ts";
import { diffGrants } from "../../plugin/grants.ts";
import { decideShape } from "../../plugin/shape.ts";
import type { Source } from "../../supply/read-source.ts";
import { openPackage, verifyVouched } from "../../supply/verify-installed.ts";
import {
  configuredPlugin,
  describeGrant,
  lockedPlugin,
  openStored,
  readWorkspace,
  rulesIn,
  type Workspace,
} from "../../workspace.ts";
import { readNeighbours, scanRelease } from "../../scan-release.ts";
import { showFindings } from "../approval/accept-findings.ts";
import { examine } from "../approval/approve.ts";
import type { Command, CommandCall } from "../command.ts";
import { withEndorsements } from "../approval/endorsed-source.ts";
import { fetchTyped, readTypedSource } from "../approval/fetch-here.ts";
import { nameAsBefore } from "../approval/name-source.ts";
import { adviseAuthor } from "../own-build.ts";
import { showReleaseChange } from "../show/show-release-change.ts";
import { makeVisible } from "../../firewall/visible.ts";

export const diff: Command = {
  name: "diff",
  summary: "what a source has now against what was approved, and changes nothing",
  usage: "NAME [SOURCE]",
  description: [
    "Compares the approved package in the store with what is at the plugin's source, or at SOURCE:",
    "version, digests, signers, imports, capabilities, tool definitions word by word, and what the scanner says of them. Also grants that were changed by hand.",
    "A package, or a component whose types say what its tools are, is opened and never run, so that also one that would be refused",
    "can be looked at. What must be asked for its tools is asked only if somebody vouches for it. Exit 3 when anything differs.",
  ],
  options: {},
  takesPlugins: true,
  argumentsMin: 1,
  argumentsMax: 2,
  examples: [
    "glovebox diff time",
    "glovebox diff time ./time-1.1.0.tgz",
    "glovebox diff time --json",
  ],
  async run(call) {
    const { args, configFile, machine, out } = call;
    const [alias = "", other] = args;
    const workspace = readWorkspace(configFile, machine.files);
    const { source, grants } = configuredPlugin(workspace, alias);
    const locked = lockedPlugin(alias, workspace);
    const before = {
      opened: openStored(workspace, alias, locked, machine.files),
      signers: locked.signers,
    };
    const typed =
      other === undefined
        ? { typed: source, source }
        : readTypedSource(other, workspace.paths.root);
    const named = nameAsBefore(await fetchTyped(typed, workspace, call), alias, workspace);
    const found = withEndorsements(named, alias, workspace, call);
    const { release, reasons } = await openRelease(alias, found, workspace, call);
    const change = compareReleases(before, release);
    const granted = diffGrants(locked.grants, grants, describeGrant);
    const neighbours = readNeighbours(alias, workspace, machine.files);
    const findings = scanRelease(release, neighbours);
    showReleaseChange(alias, change, out);
    showFindings(findings, out, scanRelease(before, neighbours));
    showRest(change, granted, reasons, alias, call);
    const isSame = change.isSame && granted.length === 0 && reasons.length === 0;
    out.result({
      alias,
      same: isSame,
      change,
      grants: granted,
      findings,
      refused: reasons.map(({ code, message }) => ({ code, message })),
    });
    return isSame ? EXIT.done : EXIT.refused;
  },
};

/** What a source holds, and every reason why an approval would be refused. Only what must be asked for its tools is run, sealed. */
async function openRelease(
  alias: string,
  found: Source,
  workspace: Workspace,
  call: CommandCall,
): Promise<{ release: Release; reasons: readonly GloveboxError[] }> {
  const { unsigned } = configuredPlugin(workspace, alias);
  const rules = rulesIn(workspace, call.machine.files);
  if (found.kind === "bare" && decideShape(found.component) === "wit") {
    const opened = openDerived(found, rules);
    try {
      const { vouched } = await examine(found, { alias, unsigned }, workspace, call);
      return { release: { opened, signers: vouched.map(({ signer }) => signer) }, reasons: [] };
    } catch (error) {
      const reasons = reasonsOf(error);
      if (reasons.some(({ exit }) => exit !== EXIT.refused)) throw error;
      return { release: { opened, signers: [] }, reasons };
    }
  }
  if (found.kind !== "package") {
    const { opened, vouched } = await examine(found, { alias, unsigned }, workspace, call);
    return { release: { opened, signers: vouched.map(({ signer }) => signer) }, reasons: [] };
  }
  let release: Release | undefined;
  try {
    release = { opened: openPackage(found.package, rules), signers: [] };
  } catch (error) {
    throw located(error, { file: found.file });
  }
  const { opened } = release;
  const reasons = collectReasons([
    () => {
      const { vouched } = verifyVouched(opened, found, unsigned, rules);
      release = { opened, signers: vouched.map(({ signer }) => signer) };
    },
  ]);
  for (const reason of reasons) adviseAuthor(reason.at({ file: found.file }), call.machine.files);
  return { release, reasons };
}

function showRest(
  change: ReleaseChange,
  granted: readonly string[],
  reasons: readonly GloveboxError[],
  alias: string,
  { out }: CommandCall,
): void {
  if (granted.length > 0) {
    out.line();
    out.line(out.style("bold", "What changes in what it may do, by hand in the configuration"));
    for (const words of granted) out.line(`  ${makeVisible(words)}`);
  }
  out.line();
  for (const { code, message } of reasons)
    out.line(out.style("red", `An approval would be refused: ${code}: ${makeVisible(message)}`));
  for (const remedy of new Set(reasons.map((reason) => reason.remedy)))
    out.line(`  ${makeVisible(remedy)}`);
  if (reasons.length > 0) return;
  if (!change.isSame) out.line(`Next: \`glovebox update ${alias}\` asks you to approve it.`);
  else if (granted.length > 0)
    out.line(`Next: \`glovebox approve ${alias}\` asks you to approve it.`);
  else out.line("Nothing differs.");
}
