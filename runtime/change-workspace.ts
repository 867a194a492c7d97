import type { FilePowers } from "./supply/file-powers.ts";
import { changeRecord, type WorkspacePaths } from "./workspace-paths.ts";

const GITIGNORE =
  "# Approved packages, caches, plugin data and the audit trail of this machine.\n*\n";

/**
 * Runs `work`, which changes the workspace, while no other process does, and after ending what a killed one began.
 * Makes the folder `.glovebox`, which a fresh clone lacks.
 */
export async function changeWorkspace<Result>(
  paths: WorkspacePaths,
  files: FilePowers,
  work: () => Result,
): Promise<Result> {
  files.makeFolder(paths.folder);
  const gitignore = `${paths.folder}/.gitignore`;
  if (files.kindOf(gitignore) === "nothing") files.writeFile(gitignore, GITIGNORE);
  return files.withLock(paths.busyFile, async () => {
    const written = [paths.configFile, paths.lockFile, paths.schemaFile, gitignore];
    files.finishReplacing(written, changeRecord(paths));
    return work();
  });
}
