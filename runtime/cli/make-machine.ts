import { stripDocs } from "../plugin/component/inspect.ts";
import { isCoreModule } from "../plugin/extism/inspect-servlet.ts";
import { openBeneath } from "../powers/beneath/open-beneath.ts";
import { makeCachePowers } from "../powers/cache-files.ts";
import { askCredentialHelper, dockerConfigFile } from "../powers/credential-helper.ts";
import { makeFilePowers } from "../powers/files.ts";
import { makePowers } from "../powers/make-powers.ts";
import { readPrivate, stampOf } from "../powers/private-file.ts";
import { makeProcessPowers } from "../powers/process.ts";
import { readSecret } from "../powers/secrets.ts";
import { runtimeVersion, transpilerVersion } from "../powers/version.ts";
import { attackAsRunner } from "../sandbox/hostile/attack-as-runner.ts";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../sandbox/programs.ts";
import { probeOuter } from "../sandbox/seal/probe-outer.ts";
import { openPassedComponents } from "../supply/passed-components.ts";
import { prepareCode } from "../supply/prepare-code.ts";
import { prepareServlet } from "../supply/prepare-servlet.ts";
import { makeTranspileCache } from "../supply/transpile-cache.ts";
import type { Machine } from "./machine.ts";

/** The machine as it is: the one place where powers are made. `code` is the digest of the program, where that is built. */
export function makeMachine(code?: string): Machine {
  const readEngine = () => ({ glovebox: runtimeVersion(), jco: transpilerVersion() });
  const http = lazyHttp();
  return {
    files: makeFilePowers(),
    powers: makePowers({
      openBeneath,
      readSecret: (reference) => readSecret(reference),
      ...http,
    }),
    privateFiles: { readPrivate, stampOf },
    sources: {
      ...http,
      dockerConfigFile: () => dockerConfigFile(),
      askCredentialHelper: (request) => askCredentialHelper(request),
    },
    get engine() {
      return readEngine();
    },
    openSandbox: () => openSandbox(makeProcessPowers(SEALED_FOLDER)),
    async probeSeal() {
      const sandbox = await openSandbox(makeProcessPowers(SEALED_FOLDER), { spareRunners: 0 });
      await sandbox.close();
      return sandbox.seal;
    },
    attackAsRunner: (attack, seal) =>
      attackAsRunner(makeProcessPowers(SEALED_FOLDER), seal.name, attack),
    probeOuter: (seal) => probeOuter(makeProcessPowers(SEALED_FOLDER), seal.name),
    openPassed: (folder) =>
      code === undefined
        ? undefined
        : openPassedComponents(folder, `${runtimeVersion()} ${code}`, makeCachePowers()),
    async transpile(component, sandbox, limits, cacheFolder) {
      const make = async () => {
        const bytes = component.read();
        if (isCoreModule(bytes)) return prepareServlet(bytes, limits);
        const transpiled = await sandbox.transpile(stripDocs(bytes));
        return prepareCode(transpiled, limits);
      };
      if (cacheFolder === undefined) return make();
      const key = {
        component: component.digest,
        engine: readEngine(),
        memoryBytes: limits.memoryBytes,
      };
      return makeTranspileCache(cacheFolder, makeCachePowers()).load(key, make);
    },
  };
}

/** The HTTP client is loaded by whoever first asks for it: a plugin, or a source that is fetched. */
function lazyHttp(): Pick<Machine["powers"], "resolveHost" | "sendHttp"> {
  const load = () => import("../powers/http.ts");
  return {
    resolveHost: async (host) => (await load()).resolveHost(host),
    sendHttp: async (request) => (await load()).makeSendHttp()(request),
  };
}
