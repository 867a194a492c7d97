import { limitModules } from "../plugin/component/rewrite-limits.ts";
import { openBeneath } from "../powers/beneath/open-beneath.ts";
import { makeFilePowers } from "../powers/files.ts";
import { makeSendHttp, resolveHost } from "../powers/http.ts";
import { makePowers } from "../powers/make-powers.ts";
import { makeProcessPowers } from "../powers/process.ts";
import { readSecret } from "../powers/secrets.ts";
import { runtimeVersion, transpilerVersion } from "../powers/version.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../sandbox/programs.ts";
import type { Machine } from "./machine.ts";

/** The machine as it is: the one place where powers are made. */
export function makeMachine(): Machine {
  return {
    files: makeFilePowers(),
    powers: makePowers({ openBeneath, resolveHost, sendHttp: makeSendHttp(), readSecret }),
    engine: { glovebox: runtimeVersion(), jco: transpilerVersion() },
    openSandbox: () => openSandbox(makeProcessPowers(SEALED_FOLDER)),
    async transpile(component, _cacheFolder, sandbox, limits) {
      const { script, modules } = await sandbox.transpile(component);
      return { script, modules: limitModules(modules, limits) };
    },
  };
}
