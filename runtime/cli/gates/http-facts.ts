import path from "node:path";
import type { FileFact, HttpFacts, RootFact } from "../../policy/gates/facts.ts";
import { listSecretReferences } from "../../policy/gates/secret-references.ts";
import { DEFAULT_AUDIT } from "../../policy/read-audit.ts";
import { listHomes, readRights, resolveLinks } from "../../powers/file-facts.ts";
import type { Workspace } from "../../workspace.ts";
import { judgeSecrets } from "./secret-facts.ts";

/** Gathers what the gates of the HTTP server look at on this machine. Reads secrets, and hands none of them on. */
export function gatherHttpFacts(workspace: Workspace): HttpFacts {
  const { configuration, paths } = workspace;
  return {
    server: configuration.server,
    hasAudit: configuration.audit !== DEFAULT_AUDIT,
    secrets: judgeSecrets(listSecretReferences(configuration)),
    files: gatherFiles(workspace),
    roots: gatherRoots(paths, homesOf(workspace)),
  };
}

/** Each plugin's own folder, in every profile. */
function homesOf({ configuration, paths }: Workspace): readonly string[] {
  const profiles = [undefined, ...Object.keys(configuration.profiles)];
  return Object.keys(configuration.plugins).flatMap((alias) =>
    profiles.map((profile) => paths.homeFolder(alias, profile)),
  );
}

function gatherFiles({ paths, configuration: { server } }: Workspace): readonly FileFact[] {
  const { tls } = server.http;
  return [
    ...look(paths.configFile, "configuration"),
    ...look(paths.lockFile, "lockfile"),
    ...[
      paths.folder,
      paths.storeFolder,
      paths.cacheFolder,
      path.join(paths.folder, "data"),
    ].flatMap((folder) => look(folder, folder === paths.folder ? "folder" : "parent")),
    ...ancestors(paths.root).flatMap((folder) => look(folder, "parent")),
    ...look(paths.keysFile, "key"),
    ...(tls ? look(tls.key.replace(/^file:/, ""), "key") : []),
  ];
}

function look(file: string, what: FileFact["what"]): readonly FileFact[] {
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

/** The folder of the workspace, and wherever links in it lead a plugin's own files. */
function gatherRoots(
  { root, folder }: Workspace["paths"],
  plugins: readonly string[],
): readonly RootFact[] {
  const homes = listHomes();
  const roots = [
    resolveLinks(root),
    resolveLinks(folder),
    ...plugins.flatMap((home) => [resolveLinks(home), resolveLinks(path.join(home, "files"))]),
  ];
  return [...new Set(roots)].map((each) => ({ folder: each, homes }));
}
