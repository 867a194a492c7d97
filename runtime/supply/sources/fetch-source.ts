import { digestOfBytes } from "../../plugin/canonical.ts";
import type { Digest } from "../../plugin/formats.ts";
import type { FilePowers } from "../file-powers.ts";
import { readSource, type Source } from "../read-source.ts";
import { SourceError } from "./errors.ts";
import { fetchHttps, resolveHttps } from "./https.ts";
import { fetchOci, resolveOci } from "./oci/fetch.ts";
import { withRemote, type RemoteAccess } from "./remote.ts";
import { isRemoteSource, parseRemoteSource, type RemoteSource } from "./source-text.ts";

/** What it takes to read a source, wherever it is. */
export interface SourceSetting extends RemoteAccess {
  readonly files: FilePowers;
  /** Where relative paths start: the configuration's folder. */
  readonly root: string;
  /** In production an https source must name its digest. */
  readonly mode: "development" | "production";
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
  const remote = parsePinned(source, setting);
  return withRemote(remote, setting, (further) =>
    remote.kind === "https" ? fetchHttps(remote, further) : fetchOci(remote, further),
  );
}

/**
 * What a source is now, as cheaply as it can be known: of a registry the manifest alone, of the web the whole file.
 * Undefined when a local source is not there. Throws as `fetchSource` does.
 */
export async function resolveSource(
  source: string,
  setting: SourceSetting,
): Promise<Resolved | undefined> {
  if (!isRemoteSource(source)) {
    const found = readSource(source, setting.root, setting.files);
    if (found?.kind === "package") return { of: "package", digest: digestOfBytes(found.package) };
    return found && { of: "component", digest: digestOfBytes(found.component) };
  }
  const remote = parsePinned(source, setting);
  return withRemote(remote, setting, async (further): Promise<Resolved> =>
    remote.kind === "https" ? resolveHttps(remote, further) : resolveOci(remote, further),
  );
}

function parsePinned(text: string, { mode }: SourceSetting): RemoteSource {
  const source = parseRemoteSource(text);
  if (mode === "development" || source.kind === "oci" || source.digest !== undefined) return source;
  throw new SourceError("ERR_SOURCE_NOT_PINNED", `\`${text}\` names no digest.`);
}
