import { GloveboxError } from "../../errors.ts";
import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Digest } from "../../plugin/formats.ts";
import type { FilePowers } from "../file-powers.ts";
import { readSource, type Source } from "../read-source.ts";
import { SourceClient } from "./client.ts";
import { SourceError } from "./errors.ts";
import { fetchHttps, resolveHttps } from "./https.ts";
import { SOURCE_LIMITS, type SourceLimits } from "./limits.ts";
import { fetchOci, resolveOci } from "./oci/fetch.ts";
import type { RegistrySetting } from "./oci/registry.ts";
import type { SourcePowers } from "./powers.ts";
import { isRemoteSource, parseRemoteSource, type RemoteSource } from "./source-text.ts";

/** What it takes to read a source, wherever it is. */
export interface SourceSetting {
  /** Where relative paths start: the configuration's folder. */
  readonly root: string;
  readonly files: FilePowers;
  readonly powers: SourcePowers;
  /** In production an https source must name its digest. */
  readonly mode: "development" | "production";
  /** What is being done now, for a terminal. */
  readonly onProgress: (step: string) => void;
  /** Tests need less time than people. */
  readonly limits?: SourceLimits;
}

/** What a source is at this moment. */
export interface Resolved {
  /** What the digest is of: to be compared with `origin.manifest`, `package` or `digests.component` of the lockfile. */
  readonly of: "manifest" | "package" | "component";
  readonly digest: Digest;
}

/**
 * Reads a source whole, into memory: a file, a folder, `https://…` or `oci://…`. Nothing is written anywhere, and nothing
 * in the bytes is trusted; but where the source or a manifest names a digest, they have it.
 * Undefined when a local source is not there. Throws `PinError` for a local source, `SourceError` for a remote one.
 */
export async function fetchSource(
  source: string,
  setting: SourceSetting,
): Promise<Source | undefined> {
  if (!isRemoteSource(source)) return readSource(source, setting.root, setting.files);
  const remote = parseRemoteSource(source);
  return withClient(remote, setting, (further) =>
    remote.kind === "https" ? fetchHttps(remote, further) : fetchOci(remote, further),
  );
}

/**
 * What a source is now, as cheaply as it can be known: of a registry the manifest alone, of the web the whole file.
 * Undefined when a local source is not there, or is not packed. Throws as `fetchSource` does.
 */
export async function resolveSource(
  source: string,
  setting: SourceSetting,
): Promise<Resolved | undefined> {
  if (!isRemoteSource(source)) {
    const found = readSource(source, setting.root, setting.files);
    return found?.kind === "package"
      ? { of: "package", digest: digestOfBytes(found.package) }
      : undefined;
  }
  const remote = parseRemoteSource(source);
  return withClient(remote, setting, async (further): Promise<Resolved> =>
    remote.kind === "https" ? resolveHttps(remote, further) : resolveOci(remote, further),
  );
}

/** One fetch: its rules, its deadline, and the source's name in whatever is thrown. */
async function withClient<Result>(
  source: RemoteSource,
  { files, powers, mode, limits = SOURCE_LIMITS, onProgress }: SourceSetting,
  work: (setting: RegistrySetting) => Promise<Result>,
): Promise<Result> {
  if (mode === "production" && source.kind === "https" && source.digest === undefined)
    throw new SourceError("ERR_SOURCE_NOT_PINNED", `\`${source.text}\` names no digest.`);
  using client = new SourceClient(powers, limits);
  try {
    return await work({ client, files, powers, limits, onProgress });
  } catch (error) {
    throw error instanceof GloveboxError ? error.at({ file: source.text }) : error;
  }
}
