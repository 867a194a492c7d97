import path from "node:path";
import { PinError } from "../../supply/pin-errors.ts";
import type { Source } from "../../supply/read-source.ts";
import { fetchSource, type SourceSetting } from "../../supply/sources/fetch-source.ts";
import { isRemoteSource } from "../../supply/sources/source-text.ts";
import type { Workspace } from "../../workspace.ts";
import type { CommandCall } from "../command.ts";
import { effectiveMode } from "../machine.ts";

/** A source as the operator typed it in the current folder, and as the configuration is to say it. */
export interface TypedSource {
  readonly typed: string;
  /** An address, or a path relative to the configuration. */
  readonly source: string;
}

/** What a person typed as a source. Paths are written relative to the configuration, so that a workspace can be moved as a whole. */
export function readTypedSource(typed: string, root: string): TypedSource {
  if (isRemoteSource(typed)) return { typed, source: typed };
  const relative = path.relative(root, path.resolve(typed)).split(path.sep).join("/");
  const isPlain = relative.startsWith("..") || path.isAbsolute(relative);
  return { typed, source: isPlain ? relative : `./${relative}` };
}

/** What is at a source that must be there. Throws `ERR_SOURCE_UNKNOWN`, and whatever fetching throws. */
export async function fetchTyped(
  { typed, source }: TypedSource,
  workspace: Workspace,
  call: CommandCall,
): Promise<Source> {
  const found = await fetchHere(source, workspace, call);
  if (found?.kind === "bare" && found.policy)
    call.out.line(
      `It came with a policy of ${found.policy.length} bytes, which grants nothing: that is for \`--grant\` and \`--policy\`.`,
    );
  if (found) return found;
  throw new PinError("ERR_SOURCE_UNKNOWN", `There is nothing at \`${typed}\`.`, {
    place: { file: path.resolve(typed) },
  });
}

/** What is at a source of this workspace, with progress on a terminal. Undefined when a local one is not there. */
export async function fetchHere(
  source: string,
  workspace: Workspace,
  call: CommandCall,
): Promise<Source | undefined> {
  try {
    return await fetchSource(source, sourceSetting(workspace, call));
  } finally {
    call.out.progressDone();
  }
}

/** What fetching needs, for this workspace and this machine. */
export function sourceSetting(
  { paths, configuration }: Workspace,
  { machine, out }: CommandCall,
): SourceSetting {
  return {
    root: paths.root,
    files: machine.files,
    powers: machine.sources,
    mode: effectiveMode(configuration.mode),
    onProgress: (step) => out.progress(step),
    ...(machine.sourceLimits && { limits: machine.sourceLimits }),
  };
}
