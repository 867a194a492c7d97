import path from "node:path";
import type { FileFact, HttpFacts, RootFact } from "../../policy/gates/facts.ts";
import { listSecretReferences } from "../../policy/gates/secret-references.ts";
import { DEFAULT_AUDIT } from "../../policy/read-audit.ts";
import { listHomes, resolveLinks } from "../../powers/file-facts.ts";
import type { Workspace } from "../../workspace.ts";
import { keysFileOf } from "../commands/key.ts";
import { gatherFiles, lookAt } from "./local-facts.ts";
import { judgeSecrets } from "./secret-facts.ts";

/** Gathers what the gates of the HTTP server look at on this machine. Reads secrets, and hands none of them on. */
export function gatherHttpFacts(workspace: Workspace): HttpFacts {
  const { configuration, paths } = workspace;
  return {
    server: configuration.server,
    hasAudit: configuration.audit !== DEFAULT_AUDIT,
    secrets: judgeSecrets(listSecretReferences(configuration)),
    files: gatherServerFiles(workspace),
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

/** Beside the workspace's own: each decides who is let in, or who this server is. */
function gatherServerFiles(workspace: Workspace): readonly FileFact[] {
  const { tls } = workspace.configuration.server.http;
  const keysFile = keysFileOf(workspace);
  const [cert, key, clientCa] = [tls?.cert, tls?.key, tls?.clientCa].map((reference) =>
    reference?.replace(/^file:/, ""),
  );
  // Also where they are kept nobody else may put others.
  const kept = [keysFile, cert, key, clientCa].filter((file) => file !== undefined);
  return [
    ...gatherFiles(workspace, kept),
    ...lookAt(keysFile, "key"),
    ...(key === undefined ? [] : lookAt(key, "key")),
    ...[cert, clientCa].flatMap((file) =>
      file === undefined ? [] : lookAt(file, "configuration"),
    ),
  ];
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
