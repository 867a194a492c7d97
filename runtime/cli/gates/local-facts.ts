import path from "node:path";
import type { FileFact, LocalFacts } from "../../policy/gates/facts.ts";
import { listSecretReferences } from "../../policy/gates/secret-references.ts";
import { auditKeyFile } from "../../powers/audit-file.ts";
import { readRights, resolveLinks } from "../../powers/file-facts.ts";
import type { Workspace } from "../../workspace.ts";
import { judgeSecrets } from "./secret-facts.ts";

/** Gathers what the gates look at that every start in production is asked. Reads secrets, and hands none of them on. */
export function gatherLocalFacts(workspace: Workspace): LocalFacts {
  const { store } = workspace.configuration.server;
  // The rest of `server` is for HTTP, which has gates for all of it.
  const used = listSecretReferences(workspace.configuration).filter(
    ({ path: place }) =>
      !place.startsWith("server.") ||
      place.startsWith("server.store.") ||
      (place === "server.state_key" && store.kind === "redis"),
  );
  return { secrets: judgeSecrets(used), files: gatherFiles(workspace) };
}

/** The workspace's own files, every folder above them, and every one above what is `kept` elsewhere. */
export function gatherFiles(
  { paths, configuration: { trustedRoot } }: Workspace,
  kept: readonly string[] = [],
): readonly FileFact[] {
  const ownKey = auditKeyFile(paths.auditFile);
  const root = trustedRoot === undefined ? [] : [path.resolve(paths.root, trustedRoot)];
  const parents = [
    paths.root,
    ...[...root, ...kept].map((file) => path.dirname(resolveLinks(file))),
  ];
  return [
    ...lookAt(paths.configFile, "configuration"),
    ...lookAt(paths.lockFile, "lockfile"),
    ...root.flatMap((file) => lookAt(file, "configuration")),
    ...lookAt(paths.folder, "folder"),
    ...[paths.storeFolder, paths.cacheFolder, path.join(paths.folder, "data")].flatMap((folder) =>
      lookAt(folder, "parent"),
    ),
    ...[...new Set(parents.flatMap(ancestors))]
      .filter((folder) => folder !== resolveLinks(paths.folder))
      .flatMap((folder) => lookAt(folder, "parent")),
    ...lookAt(ownKey, "key"),
  ];
}

/** What is known of what stands there; nothing where nothing does. */
export function lookAt(file: string, what: FileFact["what"]): readonly FileFact[] {
  const rights = readRights(file);
  return rights ? [{ file, what, ...rights }] : [];
}

/** The folder itself and every one above it, links resolved: each of them decides what is found under the name. */
function ancestors(folder: string): readonly string[] {
  const found: string[] = [];
  for (let each = resolveLinks(folder); ; each = path.dirname(each)) {
    found.push(each);
    if (path.dirname(each) === each) return found;
  }
}
