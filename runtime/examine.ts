import { collectReasons, reasonsOf, throwReasons } from "./errors.ts";
import { canonicalBytes } from "./plugin/canonical.ts";
import { PluginError } from "./plugin/errors.ts";
import { inspectComponent } from "./plugin/component/inspect.ts";
import { inspectServlet } from "./plugin/extism/inspect-servlet.ts";
import { parseServletTools } from "./plugin/extism/servlet-tools.ts";
import { NO_OFFERS, type Manifest, type Offers, type ToolSurface } from "./plugin/formats.ts";
import {
  digestSurface,
  isEmptyOffers,
  parseListedPrompts,
  parseListedResources,
} from "./plugin/offers.ts";
import { decideShape, SHAPE_DEFAULT, type Shape } from "./plugin/shape.ts";
import { parseSurface } from "./plugin/surface.ts";
import { verifyCode } from "./plugin/verify-code.ts";
import { deriveSurface } from "./plugin/wit/derive-tools.ts";
import { SandboxError } from "./sandbox/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "./sandbox/limits.ts";
import type { Sandbox, SealedPlugin, Transpiled } from "./sandbox/sandbox.ts";
import { deriveParts, deriveServletParts } from "./supply/derive-parts.ts";
import type { OpenedPlugin, PluginBytes, SignatureFile, Vouched } from "./supply/installed.ts";
import type { PluginStatement } from "./supply/signatures/statement.ts";
import { verifyNotRevoked } from "./supply/signatures/trust.ts";
import { packPackage } from "./supply/package.ts";
import { PinError } from "./supply/pin-errors.ts";
import type { Source, SourceBare, SourceParts } from "./supply/read-source.ts";
import {
  openPackage,
  parseManifestOf,
  verifyParts,
  verifyVouched,
  type VerifyRules,
} from "./supply/verify-installed.ts";

/** A source that was examined whole: opened, its signature checked, and asked behind the seal what its tools are. */
export interface Examined {
  readonly opened: OpenedPlugin;
  readonly packageBytes: Uint8Array;
  /** Every signature that came with it. */
  readonly bundles: readonly SignatureFile[];
  /** Those of whoever is trusted to vouch for it. */
  readonly vouched: readonly Vouched[];
}

/** What it takes to ask a component for its tools. */
export interface ListSetting {
  readonly sandbox: Sandbox;
  readonly rules: VerifyRules;
  readonly transpile: (component: Uint8Array, limits: Limits) => Promise<Transpiled>;
  readonly onProgress: (step: string) => void;
}

export interface ExamineSetting extends ListSetting {
  /** Accept a plugin that nobody signed. A signature that is there must be valid all the same. */
  readonly unsigned: boolean;
  /** The operator's own signature over what is found: it counts beside those that came along. */
  readonly endorse?: (statement: PluginStatement) => SignatureFile;
}

/** In the place of the tools that nobody has asked for yet. */
const NOT_ASKED: ToolSurface = [{ name: "unknown", description: "", inputSchema: {} }];

/** Listing needs little; a component that needs more to say what it offers is refused. */
const LIST_LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  deadlineMs: 5000,
  hostCalls: 0,
  concurrentCalls: 1,
};

/**
 * Examines a source before anyone is asked to approve it:
 * open → signature → transpile behind the seal → list the tools in a runner with no grants → compare with what was signed.
 */
export async function examineSource(source: Source, setting: ExamineSetting): Promise<Examined> {
  const { rules, unsigned, onProgress } = setting;
  if (source.origin?.manifest)
    verifyNotRevoked({ "registry's manifest": source.origin.manifest }, rules.trust.revoked);
  if (source.kind !== "package") {
    // Minisign signs files, and the package is one that is only made here.
    const bundles = source.bundles.filter(({ format }) => format === "sigstore");
    // Whoever endorses vouches for it himself; what came along is judged when the package is known.
    const before = setting.endorse ? { bundles: [], unsigned: true } : { bundles, unsigned };
    if (source.kind === "bare") verifyBare({ ...source, ...before }, before.unsigned, rules);
    const parts = await partsOf(source, setting);
    verifyParts({ ...parts, ...before }, before.unsigned, rules);
    const packageBytes = await packParts(parts, setting);
    return verifyFound({ package: packageBytes, bundles }, setting);
  }
  onProgress("Checking the package and its signature");
  const found = verifyFound(source, setting);
  const { opened } = found;
  const listed = await listTools(opened.component, opened.manifest, setting);
  if (digestSurface(listed.tools, listed.offers) !== opened.digests.surface) {
    const message = "The component lists other tool definitions than the package's tools.json.";
    throw new PinError("ERR_SURFACE_NOT_OF_COMPONENT", message);
  }
  return found;
}

function verifyFound(
  { package: packageBytes, bundles }: Pick<PluginBytes, "package" | "bundles">,
  { rules, unsigned, endorse }: ExamineSetting,
): Examined {
  const opened = openPackage(packageBytes, rules);
  const { name, version } = opened.manifest;
  const own = endorse ? [endorse({ name, version, digests: opened.digests })] : [];
  // The operator's signature first: where the same key had signed it before, the new one is kept.
  const bytes = { package: packageBytes, bundles: [...own, ...bundles] };
  const { vouched } = verifyVouched(opened, bytes, unsigned, rules);
  return { opened, packageBytes, bundles: bytes.bundles, vouched };
}

/**
 * A servlet has to be asked before its manifest is known, so the signature is checked as far as it goes without:
 * nobody's code is run to learn that nobody vouches for it.
 */
function verifyBare(source: SourceBare, unsigned: boolean, rules: VerifyRules): void {
  if (decideShape(source.component) !== "extism") return;
  const parts = deriveServletParts(source, inspectServlet(source.component), NOT_ASKED);
  const reasons = collectReasons([() => verifyParts(parts, unsigned, rules)]);
  throwReasons(reasons.filter(({ code }) => code !== "ERR_SIGNATURE_OTHER_MANIFEST"));
}

/** What is not packed yet, with its manifest: the author's, or one that is derived from the bytes alone. */
export async function partsOf(
  source: Exclude<Source, { kind: "package" }>,
  setting: ListSetting,
): Promise<SourceParts> {
  if (source.kind === "parts") return source;
  if (decideShape(source.component) !== "extism") return deriveParts(source, setting.rules);
  const inspection = inspectServlet(source.component);
  const { tools } = await askForTools(source.component, "extism", setting);
  return deriveServletParts(source, inspection, tools);
}

/** Packs a component and its manifest: the tool surface in the package is what the sealed component says. */
export async function packParts(parts: SourceParts, setting: ListSetting): Promise<Uint8Array> {
  const manifest = parseManifestOf(parts, setting.rules);
  verifyCode(parts.component, manifest, setting.rules);
  return packWith(parts, manifest, await listTools(parts.component, manifest, setting));
}

/**
 * Opens a component whose types say what its tools are as the package that would be made of it. None of its code is run,
 * so that it can be looked at before anyone vouches for it. Throws what `examineSource` throws of such bytes.
 */
export function openDerived(source: SourceBare, rules: VerifyRules): OpenedPlugin {
  const parts = deriveParts(source, rules);
  const manifest = parseManifestOf(parts, rules);
  verifyCode(parts.component, manifest, rules);
  const surface = deriveSurface(inspectComponent(parts.component));
  return openPackage(packWith(parts, manifest, { tools: surface, offers: NO_OFFERS }), rules);
}

function packWith(parts: SourceParts, manifest: Manifest, { tools, offers }: Listed): Uint8Array {
  return packPackage({
    manifest: parts.manifest,
    component: parts.component,
    surface: canonicalBytes(tools),
    ...(isEmptyOffers(offers) ? {} : { offers: canonicalBytes(offers) }),
    license: parts.license ?? new TextEncoder().encode(`${manifest.license}\n`),
    ...(parts.readme ? { readme: parts.readme } : {}),
  });
}

/** All that a plugin lists. */
interface Listed {
  readonly tools: ToolSurface;
  readonly offers: Offers;
}

/** The tool surface, told by the component in the way of its shape. */
async function listTools(
  component: Uint8Array,
  { shape = SHAPE_DEFAULT }: Pick<Manifest, "shape">,
  setting: ListSetting,
): Promise<Listed> {
  if (shape !== "wit") return askForTools(component, shape, setting);
  // Its types say what its tools are, and none of its code is run. But what cannot be made ready to run at all is to be
  // refused now, and not at its first call.
  setting.onProgress("Transpiling the component behind the seal");
  await setting.transpile(component, LIST_LIMITS);
  return { tools: deriveSurface(inspectComponent(component)), offers: NO_OFFERS };
}

async function askForTools(
  component: Uint8Array,
  shape: Shape,
  setting: ListSetting,
): Promise<Listed> {
  setting.onProgress("Transpiling the component behind the seal");
  const transpiled = await setting.transpile(component, LIST_LIMITS);
  setting.onProgress("Asking the sealed component for its tools, with nothing granted");
  const sealed = setting.sandbox.openPlugin({
    plugin: "examined",
    transpiled,
    limits: LIST_LIMITS,
    granted: [],
    brokers: [],
  });
  try {
    const text = await askFor(sealed, ["tools", "listTools"]);
    return shape === "extism"
      ? { tools: parseServletTools(text, "the plugin's list of tools"), offers: NO_OFFERS }
      : { tools: parseListed(text), offers: await askForOffers(component, sealed) };
  } catch (cause) {
    if (!(cause instanceof SandboxError) || cause.fault !== "plugin") throw cause;
    const message = `The sealed component did not say what its tools are (${cause.code}: ${cause.message}).`;
    throw new PinError("ERR_TOOLS_NOT_LISTED", message, { cause });
  } finally {
    await sealed.close();
  }
}

/** The answer stands in no file: where in it something is wrong is told by the path of keys alone. */
function parseListed(text: string): ToolSurface {
  try {
    return parseSurface(text, "list-tools");
  } catch (error) {
    const reasons = reasonsOf(error).map((reason) => {
      const { message, place, remedy } = reason;
      if (!(reason instanceof PluginError)) return reason;
      const path = `list-tools ${place?.path ?? ""}`.trimEnd();
      return new PluginError(reason.code, message, { place: { path }, remedy });
    });
    throwReasons(reasons);
    throw error;
  }
}

/** What else the component offers: it is asked where it exports that there is something. */
async function askForOffers(component: Uint8Array, sealed: SealedPlugin): Promise<Offers> {
  const { exports } = inspectComponent(component);
  const has = (name: string): boolean =>
    exports.some((item) => item.name === `glovebox:plugin/${name}`);
  return {
    ...NO_OFFERS,
    ...(has("resources")
      ? parseListedResources(await askFor(sealed, ["resources", "listResources"]))
      : {}),
    ...(has("prompts") ? parseListedPrompts(await askFor(sealed, ["prompts", "listPrompts"])) : {}),
    completes: has("completions"),
  };
}

async function askFor(sealed: SealedPlugin, path: readonly [string, string]): Promise<string> {
  const { value } = await sealed.call({
    scope: {
      callId: "list-tools",
      plugin: "examined",
      tool: "list-tools",
      signal: new AbortController().signal,
    },
    export: path,
    args: [],
    context: {},
  });
  return typeof value === "string" ? value : "";
}
