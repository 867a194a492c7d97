import { collectReasons, type GloveboxError } from "../../errors.ts";
import type { HttpFacts } from "../../policy/gates/facts.ts";
import { readTlsFiles } from "../../powers/tls-files.ts";
import { readKeys } from "../../server/auth/api-keys.ts";
import type { Workspace } from "../../workspace.ts";
import { keysFileOf } from "../commands/key.ts";
import { effectiveMode, type Machine } from "../machine.ts";
import { readStateKey } from "../serving/read-state-key.ts";
import { gatherHttpFacts } from "./http-facts.ts";

/** What a start over HTTP is judged by, beside the plugins. */
export interface HttpStart {
  /** What the gates look at. */
  readonly facts: HttpFacts;
  /** Why a file or a secret that the server lives by cannot be used, each with its own place. */
  readonly unusable: readonly GloveboxError[];
}

/** Looks at everything that `serve --http` reads before it listens, and keeps nothing of it. */
export function gatherHttpStart(workspace: Workspace, machine: Machine): HttpStart {
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
  return { facts: gatherHttpFacts(workspace), unusable };
}
