import { AtRestError } from "../../at-rest/errors.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import type { WorkspacePaths } from "../../workspace-paths.ts";

/** What a process that serves plugins began with: it does not change while that runs. */
export type Serving = "sealed" | "plain";

/** Long enough for a command that is just ending. */
const WAIT_MS_MAX = 1000;

/** Says that this process serves, until the returned function is called or the process ends. */
export function holdServing(
  { servingFile }: Pick<WorkspacePaths, "servingFile">,
  files: Pick<FilePowers, "holdTogether">,
  how: Serving,
): Promise<() => void> {
  return files.holdTogether(servingFile(how));
}

/**
 * Runs `work` while no process of this workspace serves so: none that runs, and none that would start meanwhile.
 *
 * @throws AtRestError `ERR_AT_REST_IN_USE` while one does
 */
export async function whileNoneServes<Result>(
  { servingFile }: Pick<WorkspacePaths, "servingFile">,
  files: Pick<FilePowers, "withLock">,
  [how, ...others]: readonly Serving[],
  work: () => Promise<Result>,
): Promise<Result> {
  if (how === undefined) return work();
  const file = servingFile(how);
  let isAlone = false;
  const inside = (): Promise<Result> => {
    isAlone = true;
    return whileNoneServes({ servingFile }, files, others, work);
  };
  try {
    return await files.withLock(file, inside, WAIT_MS_MAX);
  } catch (cause) {
    if (isAlone || !(cause instanceof WorkspaceError) || cause.code !== "ERR_WORKSPACE_BUSY")
      throw cause;
    const message =
      how === "plain"
        ? "A server of this workspace runs that was started without `encryption`."
        : "A server of this workspace runs.";
    throw new AtRestError("ERR_AT_REST_IN_USE", message, { place: { file }, cause });
  }
}
