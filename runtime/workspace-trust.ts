import path from "node:path";
import { type GloveboxError, located, reasonsOf } from "./errors.ts";
import type { TrustEntry } from "./plugin/trust.ts";
import type { Configuration } from "./policy/configuration.ts";
import { PolicyError } from "./policy/errors.ts";
import { SupplyError } from "./supply/errors.ts";
import type { FilePowers } from "./supply/file-powers.ts";
import { parsePublicKey } from "./supply/signatures/keys.ts";
import { parseMinisignKey } from "./supply/signatures/minisign.ts";
import type { Trust } from "./supply/signatures/trust.ts";
import {
  parseTrustedRoot,
  publicTrustedRoot,
  TRUSTED_ROOT_BYTES_MAX,
  type SigstoreRoot,
} from "./supply/signatures/trusted-root.ts";
import type { WorkspacePaths } from "./workspace-paths.ts";

/** Whose word counts in a workspace, and by which clock. A root that the configuration names is read at once: a slip in its name is told before a signature needs it. Throws `ERR_TRUSTED_ROOT_INVALID`. */
export function trustOf(
  workspace: {
    readonly configuration: Configuration;
    readonly paths: WorkspacePaths;
    readonly nowMs: number;
  },
  files: FilePowers,
): Trust {
  const { trust, revoked, trustedRoot } = workspace.configuration;
  let root: SigstoreRoot | undefined;
  const load = (): SigstoreRoot =>
    trustedRoot === undefined
      ? publicTrustedRoot()
      : readTrustedRoot(path.resolve(workspace.paths.root, trustedRoot), files);
  if (trustedRoot !== undefined) root = load();
  return { entries: trust, revoked, nowMs: workspace.nowMs, root: () => (root ??= load()) };
}

/** Throws `ERR_TRUSTED_ROOT_INVALID`. */
function readTrustedRoot(file: string, files: FilePowers): SigstoreRoot {
  const bytes = files.readFile(file, TRUSTED_ROOT_BYTES_MAX);
  if (!bytes)
    throw new SupplyError("ERR_TRUSTED_ROOT_INVALID", "There is no trusted root here.", {
      place: { file },
    });
  try {
    return parseTrustedRoot(bytes);
  } catch (thrown) {
    throw located(thrown, { file });
  }
}

/** Trust entries whose key cannot be read, or is an earlier one's: they would silently trust nobody, or somebody twice. */
export function findBadKeys(trust: readonly TrustEntry[], file: string): readonly GloveboxError[] {
  const seen = new Map<string, string>();
  return trust.flatMap((entry, index) => {
    if (entry.kind === "identity") return [];
    const place = { file, path: `trust[${index}].${entry.kind}` };
    const invalid = (words: string, cause?: unknown) => [
      new PolicyError("ERR_CONFIG_INVALID", `\`${place.path}\`: ${words}.`, {
        place,
        cause,
        remedy: REMEDIES[entry.kind],
      }),
    ];
    try {
      const { digest } =
        entry.kind === "key" ? parsePublicKey(entry.publicKey) : parseMinisignKey(entry.publicKey);
      const earlier = seen.get(digest);
      seen.set(digest, entry.name);
      return earlier === undefined ? [] : invalid(`the key of \`${earlier}\` in another form`);
    } catch (cause) {
      const [reason] = reasonsOf(cause);
      return invalid(reason?.message ?? "", cause);
    }
  });
}

const REMEDIES = {
  key: "Paste the line that `glovebox keygen` wrote to the `.pub` file.",
  minisign: "Paste the second line of the `.pub` file that `minisign -G` wrote.",
} as const;
