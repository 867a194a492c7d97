import { GloveboxError, Refusals, type Place } from "../errors.ts";
import { placeInLockfile } from "../plugin/lockfile.ts";
import { placeInConfiguration } from "../policy/parse-configuration.ts";
import type { FilePowers } from "../supply/file-powers.ts";
import { changeRecord, workspacePaths } from "../workspace-paths.ts";

const BYTES_MAX = 4 * 1024 * 1024;
const PLUGIN_PATH = /^plugins\.([a-z0-9-]+)/;

/** What of an entry in the lockfile each refusal was held against. */
const APPROVED: Readonly<Record<string, readonly string[]>> = {
  ERR_COMPONENT_CHANGED: ["digests", "component"],
  ERR_SURFACE_CHANGED: ["digests", "surface"],
  ERR_MANIFEST_CHANGED: ["digests", "manifest"],
  ERR_CAPABILITIES_CHANGED: ["requested"],
  ERR_PACKAGE_CHANGED: ["package"],
  ERR_PACKAGE_MISSING: ["package"],
  ERR_SIGNER_CHANGED: ["signers"],
  ERR_GRANTS_CHANGED: ["grants"],
};

/**
 * Gives reasons the lines that they speak of: checks know paths of keys, and only whoever has to read the reasons needs lines.
 * What cannot be read any more is left without.
 */
export function locateReasons(error: unknown, configFile: string, files: FilePowers): void {
  const reasons = error instanceof Refusals ? error.reasons : [error];
  const wanting = reasons.filter(
    (reason): reason is GloveboxError =>
      reason instanceof GloveboxError && reason.place?.path !== undefined,
  );
  if (wanting.length === 0) return;
  const paths = workspacePaths(configFile);
  const reads = [configFile, paths.lockFile].map((path) => ({ path, bytesMax: BYTES_MAX }));
  const [text, lock] = unlessUnreadable(() => files.readTogether(reads, changeRecord(paths))) ?? [];
  for (const reason of wanting) {
    const { file, line, path = "" } = reason.place ?? {};
    if (text && file === configFile && line === undefined)
      reason.at(
        unlessUnreadable(() =>
          lineOf(placeInConfiguration(new TextDecoder().decode(text), file, splitPath(path))),
        ) ?? {},
      );
    const [, alias] = PLUGIN_PATH.exec(path) ?? [];
    const approved = APPROVED[reason.code];
    if (!lock || !approved || alias === undefined) continue;
    const place = unlessUnreadable(() =>
      placeInLockfile(lock, paths.lockFile, ["plugins", alias, ...approved]),
    );
    if (place?.line !== undefined)
      reason.at({ approved: { file: paths.lockFile, line: place.line } });
  }
}

function lineOf({ line, column }: Place): Place {
  return { ...(line !== undefined && { line }), ...(column !== undefined && { column }) };
}

/** `plugins.time.grants.http[0]` in its parts. */
function splitPath(path: string): readonly (string | number)[] {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) =>
    index === undefined ? (key ?? "") : Number(index),
  );
}

function unlessUnreadable<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof GloveboxError || error instanceof Refusals) return undefined;
    throw error;
  }
}
