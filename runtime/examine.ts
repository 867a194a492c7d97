import { canonicalBytes, digestOf } from "./plugin/canonical.ts";
import { verifyComponent } from "./plugin/component/verify-component.ts";
import type { ToolSurface } from "./plugin/formats.ts";
import { parseManifest } from "./plugin/manifest.ts";
import { parseSurface } from "./plugin/surface.ts";
import { SandboxError } from "./sandbox/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "./sandbox/limits.ts";
import type { Sandbox, Transpiled } from "./sandbox/sandbox.ts";
import type { OpenedPlugin, SignatureFile, Vouched } from "./supply/installed.ts";
import { packPackage } from "./supply/package.ts";
import { PinError } from "./supply/pin-errors.ts";
import type { Source, SourceParts } from "./supply/read-source.ts";
import {
  openPackage,
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
}

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
  const { bundles } = source;
  if (source.kind === "parts") {
    verifyParts(source, unsigned, rules);
    const packageBytes = await packParts(source, setting);
    const opened = openPackage(packageBytes, rules);
    const bytes = { package: packageBytes, bundles };
    const { vouched } = verifyVouched(opened, bytes, unsigned, rules);
    return { opened, packageBytes, bundles, vouched };
  }
  onProgress("Checking the package and its signature");
  const opened = openPackage(source.package, rules);
  const { vouched } = verifyVouched(opened, source, unsigned, rules);
  const listed = await listTools(opened.component, setting);
  if (digestOf(listed) !== opened.digests.surface) {
    const message = "The component lists other tool definitions than the package's tools.json.";
    throw new PinError("ERR_SURFACE_NOT_OF_COMPONENT", message);
  }
  return { opened, packageBytes: source.package, bundles, vouched };
}

/** Packs a component and its manifest: the tool surface in the package is what the sealed component says. */
export async function packParts(parts: SourceParts, setting: ListSetting): Promise<Uint8Array> {
  const manifest = parseManifest(parts.manifest, "plugin.json", setting.rules.capabilities);
  verifyComponent(parts.component, manifest, setting.rules);
  const surface = await listTools(parts.component, setting);
  return packPackage({
    manifest: parts.manifest,
    component: parts.component,
    surface: canonicalBytes(surface),
    license: parts.license ?? new TextEncoder().encode(`${manifest.license}\n`),
    ...(parts.readme ? { readme: parts.readme } : {}),
  });
}

async function listTools(component: Uint8Array, setting: ListSetting): Promise<ToolSurface> {
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
    const { value } = await sealed.call({
      scope: {
        callId: "list-tools",
        plugin: "examined",
        tool: "list-tools",
        signal: new AbortController().signal,
      },
      export: ["tools", "listTools"],
      args: [],
      context: {},
    });
    return parseSurface(typeof value === "string" ? value : "", "list-tools");
  } catch (cause) {
    if (!(cause instanceof SandboxError) || cause.fault !== "plugin") throw cause;
    const message = `The sealed component did not say what its tools are (${cause.code}: ${cause.message}).`;
    throw new PinError("ERR_TOOLS_NOT_LISTED", message, { cause });
  } finally {
    await sealed.close();
  }
}
