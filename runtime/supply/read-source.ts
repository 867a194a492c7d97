import path from "node:path";
import type { Origin } from "../plugin/formats.ts";
import type { Naming } from "../plugin/wit/derive-manifest.ts";
import type { FilePowers } from "./file-powers.ts";
import type { PluginBytes, SignatureFile } from "./installed.ts";
import { PinError } from "./pin-errors.ts";
import { holdsSignatureFiles, readSignatureFiles } from "./signatures/signature-files.ts";

/** What stands at a source, unverified. */
export type Source = SourcePackage | SourceParts | SourceBare;

export interface SourcePackage extends PluginBytes {
  readonly kind: "package";
  readonly origin?: Origin;
}

/** A component with its manifest, not packed yet: its tool surface is not known before a sealed runner lists it. */
export interface SourceParts {
  readonly kind: "parts";
  /** The component's file, for messages. */
  readonly file: string;
  readonly component: Uint8Array;
  readonly manifest: Uint8Array;
  /** The manifest's file, for messages. A derived manifest has none. */
  readonly manifestFile?: string;
  readonly license: Uint8Array | undefined;
  readonly readme: Uint8Array | undefined;
  readonly bundles: readonly SignatureFile[];
  readonly origin?: undefined;
}

/** A component or a core module that nobody packed for us: it has no manifest of ours, so one must be derived from it. */
export interface SourceBare {
  readonly kind: "bare";
  /** Where it was read, for messages. */
  readonly file: string;
  /** Begins as WebAssembly does; nothing else is known of it. */
  readonly component: Uint8Array;
  /** A Wassette policy that came in the same artifact: the publisher's wish, and no grant. */
  readonly policy?: Uint8Array;
  readonly bundles: readonly SignatureFile[];
  readonly origin?: Origin;
  /** What the operator calls it. */
  readonly naming?: Naming;
}

const MIB = 1024 * 1024;
/** What is read into memory before anything is known of it. The parsers have limits of their own. */
export const PACKAGE_BYTES_MAX = 64 * MIB;
export const COMPONENT_BYTES_MAX = 64 * MIB;
const MANIFEST_BYTES_MAX = 256 * 1024;
const TEXT_BYTES_MAX = MIB;
/** Where `glovebox build` puts the component of a plugin's folder. */
const BUILT_COMPONENT = "dist/plugin.wasm";

/**
 * Reads a local source: a `.tgz`, a `.wasm` with or without a `plugin.json` beside it, or a plugin's folder.
 * `source` is as the operator wrote it, relative to `root`. Undefined when nothing is there.
 */
export function readSource(source: string, root: string, files: FilePowers): Source | undefined {
  const target = path.resolve(root, source);
  const kind = files.kindOf(target);
  if (kind === "nothing") return undefined;
  if (kind === "folder") return readParts(path.join(target, BUILT_COMPONENT), target, files);
  if (kind === "file" && target.endsWith(".wasm")) {
    const folder = path.dirname(target);
    return files.kindOf(path.join(folder, "plugin.json")) === "nothing"
      ? readBare(target, files)
      : readParts(target, folder, files);
  }
  if (kind === "file" && target.endsWith(".tgz")) {
    const bytes = files.readFile(target, PACKAGE_BYTES_MAX);
    return (
      bytes && {
        kind: "package",
        file: target,
        package: bytes,
        bundles: readSignatureFiles(target, files),
      }
    );
  }
  throw sourceError(target, "is not a `.tgz`, a `.wasm` or a folder");
}

function readBare(file: string, files: FilePowers): SourceBare | undefined {
  const component = files.readFile(file, COMPONENT_BYTES_MAX);
  return component && { kind: "bare", file, component, bundles: readSignatureFiles(file, files) };
}

/** Whether a local source is a package that is byte by byte, with its signatures, the one of the store. */
export function isSourceStored(
  source: string,
  root: string,
  stored: PluginBytes,
  files: FilePowers,
): boolean {
  const target = path.resolve(root, source);
  if (!target.endsWith(".tgz") || files.kindOf(target) !== "file") return false;
  const expected = stored.bundles.filter(({ endorsed }) => !endorsed);
  return holdsSignatureFiles(target, expected, files) && files.holds(target, stored.package);
}

function readParts(componentFile: string, folder: string, files: FilePowers): SourceParts {
  const manifestFile = path.join(folder, "plugin.json");
  const component = files.readFile(componentFile, COMPONENT_BYTES_MAX);
  const manifest = files.readFile(manifestFile, MANIFEST_BYTES_MAX);
  if (!component) throw sourceError(componentFile, "is not there: run `glovebox build` first");
  if (!manifest)
    throw sourceError(manifestFile, "is not there: it must stand beside the component");
  const own = readSignatureFiles(componentFile, files);
  return {
    kind: "parts",
    file: componentFile,
    component,
    manifest,
    manifestFile,
    license: files.readFile(path.join(folder, "LICENSE"), TEXT_BYTES_MAX),
    readme: files.readFile(path.join(folder, "README.md"), TEXT_BYTES_MAX),
    bundles: own.length > 0 ? own : readPackedSignatures(path.dirname(componentFile), files),
  };
}

/** A signature names digests, not files: those beside the only package in the folder hold for the component too. */
function readPackedSignatures(folder: string, files: FilePowers): readonly SignatureFile[] {
  const packages = files.list(folder).filter((name) => name.endsWith(".tgz"));
  return packages.length === 1
    ? readSignatureFiles(path.join(folder, packages[0] ?? ""), files)
    : [];
}

function sourceError(file: string, words: string): PinError {
  return new PinError("ERR_SOURCE_UNKNOWN", `\`${path.basename(file)}\` ${words}.`, {
    place: { file },
  });
}
