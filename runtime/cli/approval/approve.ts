import type { KeyObject } from "node:crypto";
import type { JsonValue } from "@glovebox/host-api/json";
import { located, throwReasons, type GloveboxError } from "../../errors.ts";
import { examineSource, type Examined } from "../../examine.ts";
import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Naming } from "../../plugin/wit/derive-manifest.ts";
import { editPlugin } from "../../policy/edit-configuration.ts";
import { PolicyError } from "../../policy/errors.ts";
import { decideStart } from "../../policy/gates/decide-start.ts";
import { PinError } from "../../supply/pin-errors.ts";
import type { SignatureFile } from "../../supply/installed.ts";
import type { Source } from "../../supply/read-source.ts";
import { signStatement } from "../../supply/signatures/sign.ts";
import type { PluginStatement } from "../../supply/signatures/statement.ts";
import {
  configuredPlugin,
  lockedAs,
  readEndorsements,
  readConfiguration,
  readStored,
  readWorkspace,
  rulesIn,
  type Workspace,
} from "../../workspace.ts";
import type { CommandCall } from "../command.ts";
import { assertNamed, type Consent } from "./consent.ts";
import { fetchHere, fetchTyped, readTypedSource } from "./fetch-here.ts";
import {
  assertAlias,
  finishApproval,
  type ApprovalResult,
  type Candidate,
} from "./finish-approval.ts";
import { nameAsBefore, nameSource } from "./name-source.ts";
import { showPublishersPolicy } from "../policy-file.ts";
import { effectiveMode, wholeComponent } from "../machine.ts";
import { noteInstances } from "../note-instances.ts";

/** A plugin that the operator names by its source. */
export interface AddRequest extends Consent {
  /** A path, relative to the current folder, or an address. */
  readonly source: string;
  /** The name in this workspace; undefined means the plugin's own. */
  readonly alias: string | undefined;
  /** Grants as the configuration would say them; undefined keeps what it says now. */
  readonly grants: Readonly<Record<string, JsonValue>> | undefined;
  /** Limits likewise. */
  readonly limits?: Readonly<Record<string, JsonValue>> | undefined;
  /** Tools to expose, as the configuration would say them; none keeps what it says now. */
  readonly tools?: readonly JsonValue[];
  /** Prompts likewise. */
  readonly prompts?: readonly JsonValue[];
  /** Tools and prompts go by their own names. */
  readonly plainNames?: boolean;
  /** What a component without a manifest is called. */
  readonly naming?: Naming;
  readonly unsigned: boolean;
  /** The operator's own key, to sign with what somebody else made. */
  readonly endorser?: KeyObject | undefined;
}

/** Adds a plugin, or a new release of one. Throws whatever is wrong with it, and `ERR_NOT_APPROVED` when nobody says yes. */
export async function addPlugin(request: AddRequest, call: CommandCall): Promise<ApprovalResult> {
  const { configFile, machine } = call;
  const { alias: wanted, grants, limits = {}, tools = [], unsigned, endorser } = request;
  const { prompts = [], plainNames = false } = request;
  if (wanted !== undefined) assertAlias(wanted, "--as");
  const workspace = readWorkspace(configFile, machine.files);
  const typed = readTypedSource(request.source, workspace.paths.root);
  const found = nameSource(await fetchTyped(typed, workspace, call), request.naming);
  assertNamed(found, request);
  showPublishersPolicy(found, call.out);
  const examined = await examine(
    found,
    { alias: wanted ?? request.source, unsigned, endorser },
    workspace,
    call,
  );
  const alias = wanted ?? examined.opened.manifest.name;
  const { source } = typed;
  const edit = (text: string): string => {
    const before = readConfiguration(text, configFile).plugins[alias];
    return editPlugin(text, configFile, alias, {
      source,
      ...(grants ? { grants } : {}),
      ...(Object.keys(limits).length > 0 ? { limits } : {}),
      ...(tools.length > 0 ? { tools } : {}),
      ...(prompts.length > 0 ? { prompts } : {}),
      ...(plainNames ? { names: "plain" } : {}),
      // Whoever adds a signed release of what ran unsigned means it to be signed.
      ...(unsigned || before?.unsigned ? { unsigned } : {}),
    });
  };
  const { origin } = found;
  return finishApproval(
    {
      alias,
      source,
      origin,
      unsigned,
      consent: request,
      examined,
      areGrantsSaid: grants !== undefined,
      edit,
    },
    workspace,
    call,
  );
}

/** Approves again what is configured: from its source while that is there, else from the approved package in the store. */
export async function approvePlugin(
  alias: string,
  consent: Consent,
  call: CommandCall,
  endorser?: KeyObject,
): Promise<ApprovalResult> {
  const { configFile, machine } = call;
  const workspace = readWorkspace(configFile, machine.files);
  const { source, unsigned: wasUnsigned } = configuredPlugin(workspace, alias);
  const unsigned = wasUnsigned && !endorser;
  const found = nameAsBefore(
    (await fetchHere(source, workspace, call)) ?? storedSource(alias, workspace, call),
    alias,
    workspace,
  );
  assertNamed(found, consent);
  const locked = lockedAs(alias, workspace);
  const endorsed = locked ? readEndorsements(workspace.paths, locked, machine.files) : [];
  // A new endorsement takes the place of the old ones, which may be of an earlier build.
  const bundles = endorser ? found.bundles : [...found.bundles, ...endorsed];
  const marked = { alias, unsigned, endorser };
  const examined = await examine({ ...found, bundles }, marked, workspace, call);
  const edit = (text: string): string =>
    wasUnsigned && endorser ? editPlugin(text, configFile, alias, { unsigned }) : text;
  const { origin } = found;
  return finishApproval(
    { alias, source, origin, unsigned, consent, examined, edit },
    workspace,
    call,
  );
}

/** The operator's signature over what somebody else made. It goes to lockfile and store, and never beside the source. */
function endorse(statement: PluginStatement, endorser: KeyObject): SignatureFile {
  const bytes = signStatement(statement, endorser);
  return { file: "the endorsement", format: "sigstore", bytes, endorsed: true };
}

function storedSource(alias: string, workspace: Workspace, { machine }: CommandCall): Source {
  const { paths } = workspace;
  const entry = lockedAs(alias, workspace);
  if (entry) {
    const stored = readStored(paths, alias, entry, machine.files);
    const { origin } = entry;
    if (digestOfBytes(stored.package) === entry.package)
      return { kind: "package", ...stored, ...(origin && { origin }) };
    // What is looked at again must be what was approved, or the store would be a way in.
    throw new PinError(
      "ERR_PACKAGE_CHANGED",
      `The package of \`${alias}\` in the store was changed, and nothing is at its source.`,
      { place: { file: stored.file } },
    );
  }
  const message = `There is nothing at the source of \`${alias}\`, and it was never approved.`;
  throw new PinError("ERR_SOURCE_UNKNOWN", message, {
    place: { file: paths.configFile, path: `plugins.${alias}.source` },
  });
}

export interface Marked extends Pick<Candidate, "alias" | "unsigned"> {
  readonly endorser?: KeyObject | undefined;
}

function refuseUnsigned(source: string): PolicyError {
  const message = `Production refuses \`${source}\`, which is to be added without a signature.`;
  return new PolicyError("ERR_GATE_UNSIGNED", message, {
    remedy: "Have it signed by a trusted key, and leave `--unsigned` out.",
  });
}

/** Examining runs the component, so the gates are asked first: what production refuses to start is not run to be looked at either. */
export async function examine(
  source: Source,
  { alias, unsigned, endorser }: Marked,
  workspace: Workspace,
  { machine, out }: CommandCall,
): Promise<Examined> {
  const { configuration, paths } = workspace;
  const { mode, waivers } = configuration;
  const sandbox = await machine.openSandbox();
  try {
    // What is not configured yet has no place in the configuration to be marked in.
    const isConfigured = Object.hasOwn(configuration.plugins, alias);
    const gates = decideStart({
      mode: effectiveMode(mode),
      plugins: isConfigured ? { [alias]: { unsigned } } : {},
      waivers,
      seal: sandbox.seal,
      nowMs: Date.now(),
    });
    const reasons: GloveboxError[] = gates.map((gate) => gate.at({ file: paths.configFile }));
    if (unsigned && !isConfigured && effectiveMode(mode) === "production")
      reasons.push(refuseUnsigned(alias));
    throwReasons(reasons);
    const examined = examineSource(source, {
      sandbox,
      rules: rulesIn(workspace, machine.files),
      unsigned,
      ...(endorser && { endorse: (statement) => endorse(statement, endorser) }),
      transpile: async (component, limits) => {
        const whole = wholeComponent(component);
        return noteInstances(
          await machine.transpile(whole, sandbox, limits, paths.cacheFolder),
          out,
        );
      },
      onProgress: (step) => out.progress(step),
    });
    return await examined.catch((error: unknown) => {
      throw located(error, { file: source.file });
    });
  } finally {
    out.progressDone();
    await sandbox.close();
  }
}
