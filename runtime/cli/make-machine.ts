import { digestOfBytes } from "../plugin/canonical.ts";
import { stripDocs } from "../plugin/component/inspect.ts";
import { limitModules } from "../plugin/component/rewrite-limits.ts";
import { openBeneath } from "../powers/beneath/open-beneath.ts";
import { makeCachePowers } from "../powers/cache-files.ts";
import { makeFilePowers } from "../powers/files.ts";
import { makeSendHttp, resolveHost } from "../powers/http.ts";
import { makePowers } from "../powers/make-powers.ts";
import { makeProcessPowers } from "../powers/process.ts";
import { readSecret } from "../powers/secrets.ts";
import { runtimeVersion, transpilerVersion } from "../powers/version.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../sandbox/programs.ts";
import { makeTranspileCache } from "../supply/transpile-cache.ts";
import type { Machine } from "./machine.ts";

/** The machine as it is: the one place where powers are made. */
export function makeMachine(): Machine {
  const engine = { glovebox: runtimeVersion(), jco: transpilerVersion() };
  return {
    files: makeFilePowers(),
    powers: makePowers({
      openBeneath,
      resolveHost,
      sendHttp: makeSendHttp(),
      readSecret: (reference) => readSecret(reference),
    }),
    engine,
    openSandbox: () => openSandbox(makeProcessPowers(SEALED_FOLDER)),
    transpile(component, cacheFolder, sandbox, { memoryBytes }) {
      const key = { component: digestOfBytes(component), engine, memoryBytes };
      return makeTranspileCache(cacheFolder, makeCachePowers()).load(key, async () => {
        const { script, modules } = await sandbox.transpile(stripDocs(component));
        return { script, modules: limitModules(modules, { memoryBytes }) };
      });
    },
  };
}
