import { collectReasons, type GloveboxError } from "../../errors.ts";
import type { Configuration } from "../../policy/configuration.ts";
import type { HttpFacts, LocalFacts } from "../../policy/gates/facts.ts";
import { DEFAULT_HTTP } from "../../policy/server/http-configuration.ts";
import { readTlsFiles } from "../../powers/tls-files.ts";
import { readKeys } from "../../server/auth/api-keys.ts";
import type { Workspace } from "../../workspace.ts";
import { keysFileOf } from "../commands/key.ts";
import { effectiveMode, type Machine } from "../machine.ts";
import { readStateKey } from "../serving/read-state-key.ts";
import { gatherHttpFacts } from "./http-facts.ts";
import { gatherLocalFacts } from "./local-facts.ts";

/** What a start is judged by, beside the plugins. */
export interface ServedStart {
  /** What the gates look at. */
  readonly facts: { readonly local: LocalFacts } | { readonly http: HttpFacts };
  /** Why a file or a secret that the server lives by cannot be used, each with its own place. */
  readonly unusable: readonly GloveboxError[];
}

/** Whether the configuration is one for a server over HTTP: then a start of that is what its operator asks about. */
export function isForHttp({ server: { http, auth } }: Configuration): boolean {
  return http !== DEFAULT_HTTP || auth !== undefined;
}

/** Looks at everything that `serve` over stdio, and `call`, are asked about, and keeps nothing of it. */
export function gatherLocalStart(workspace: Workspace): ServedStart {
  return { facts: { local: gatherLocalFacts(workspace) }, unusable: [] };
}

/** Looks at everything that `serve --http` reads before it listens, and keeps nothing of it. */
export function gatherHttpStart(workspace: Workspace, machine: Machine): ServedStart {
  const { server, mode } = workspace.configuration;
  const unusable = collectReasons([
    () => {
      if (server.auth?.mode === "keys") readKeys(keysFileOf(workspace), machine.privateFiles);
    },
    () => {
      if (server.http.tls) readTlsFiles(server.http.tls);
    },
    () => {
      // In production the gates ask more of it than this.
      if (effectiveMode(mode) === "development") readStateKey(server.stateKey, machine);
    },
  ]);
  return { facts: { http: gatherHttpFacts(workspace) }, unusable };
}
