import { digestOfBytes } from "../plugin/canonical.ts";
import type { PluginDigests } from "../plugin/formats.ts";
import { digestSurface, readOffers } from "../plugin/offers.ts";
import { parseSurface } from "../plugin/surface.ts";
import { SupplyError } from "./errors.ts";
import { readGzip, writeGzip } from "./gzip.ts";
import { readTar, writeTar } from "./tar.ts";

/** The files of one plugin, as bytes. */
export interface PluginPackage {
  /** `plugin.json` */
  readonly manifest: Uint8Array;
  /** `plugin.wasm` */
  readonly component: Uint8Array;
  /** `tools.json`: the tool surface in canonical form (RFC 8785). */
  readonly surface: Uint8Array;
  /** `offers.json`: what it offers beside its tools, in canonical form; left out where it is nothing. */
  readonly offers?: Uint8Array;
  /** `LICENSE` */
  readonly license: Uint8Array;
  /** `README.md` */
  readonly readme?: Uint8Array;
}

const MIB = 1024 * 1024;

/** In the order in which they are packed. Nothing else may be in a package. */
const FILES = {
  manifest: { name: "plugin.json", bytesMax: 256 * 1024 },
  surface: { name: "tools.json", bytesMax: 256 * 1024 },
  offers: { name: "offers.json", bytesMax: 256 * 1024 },
  license: { name: "LICENSE", bytesMax: MIB },
  readme: { name: "README.md", bytesMax: MIB },
  component: { name: "plugin.wasm", bytesMax: 64 * MIB },
} as const satisfies Record<keyof PluginPackage, { name: string; bytesMax: number }>;

const PACKED_BYTES_MAX = 64 * MIB;
/** Every file at its largest, and room for headers and padding. */
const UNPACKED_BYTES_MAX = 67 * MIB;

/**
 * Packs a plugin into a `.tgz`, whose bytes depend on nothing but the files': no time, owner, mode or machine.
 * Throws `ERR_PACKAGE_TOO_LARGE`.
 */
export function packPackage(files: PluginPackage): Uint8Array {
  const entries = Object.entries(FILES).flatMap(([key, { name, bytesMax }]) => {
    const bytes = files[key as keyof PluginPackage];
    if (bytes === undefined) return [];
    assertSize(name, bytes.length, bytesMax);
    return [{ name, bytes }];
  });
  const packed = writeGzip(writeTar(entries));
  assertSize("the package", packed.length, PACKED_BYTES_MAX);
  return packed;
}

/**
 * Reads a package that anyone may have made, in memory: nothing of it touches a disk.
 * Accepts one gzip member around one tar archive of regular files with the known names, each once, and no byte more.
 * The answer's arrays are views of one buffer. Nothing in them has been parsed or verified.
 * Throws `ERR_PACKAGE_INVALID`, `ERR_PACKAGE_TOO_LARGE` or `ERR_PACKAGE_ENTRY`.
 */
export function readPackage(packed: Uint8Array): PluginPackage {
  assertSize("the package", packed.length, PACKED_BYTES_MAX);
  const names = new Map(
    Object.values(FILES).map(({ name, bytesMax }) => [name as string, bytesMax]),
  );
  const entries = readTar(readGzip(packed, UNPACKED_BYTES_MAX), names);
  const required = (name: string): Uint8Array => {
    const bytes = entries.get(name);
    if (bytes === undefined) throw new SupplyError("ERR_PACKAGE_ENTRY", `${name} is missing`);
    return bytes;
  };
  const [offers, readme] = [entries.get(FILES.offers.name), entries.get(FILES.readme.name)];
  return {
    manifest: required(FILES.manifest.name),
    component: required(FILES.component.name),
    surface: required(FILES.surface.name),
    license: required(FILES.license.name),
    ...(offers === undefined ? {} : { offers }),
    ...(readme === undefined ? {} : { readme }),
  };
}

/**
 * The digests that a signature binds and the lockfile pins, made from the bytes.
 * That of the tools is over their canonical form, so that `list-tools` of the running component can be held against it.
 * Throws as `parseSurface` does.
 */
export function digestPackage(files: PluginPackage): PluginDigests {
  return {
    component: digestOfBytes(files.component),
    surface: digestSurface(parseSurface(files.surface), readOffers(files.offers)),
    manifest: digestOfBytes(files.manifest),
  };
}

function assertSize(what: string, bytes: number, bytesMax: number): void {
  if (bytes <= bytesMax) return;
  throw new SupplyError(
    "ERR_PACKAGE_TOO_LARGE",
    `${what} has ${bytes} bytes, more than ${bytesMax}`,
  );
}
