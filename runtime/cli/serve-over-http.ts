import { HostError } from "@glovebox/host-api/errors";
import { makeDebtReport } from "../debt/report.ts";
import { listenHttp } from "../powers/http-listener.ts";
import type { Log } from "../powers/log.ts";
import { readTlsFiles } from "../powers/tls-files.ts";
import { runtimeVersion } from "../powers/version.ts";
import { LOCAL_ONLY } from "../server/auth/local-only.ts";
import type { Authenticator } from "../server/http/authenticate.ts";
import { HttpError } from "../server/http/errors.ts";
import type { HttpHandler, HttpListener } from "../server/http/exchange.ts";
import { serveHttp, type HttpServing } from "../server/http/serve-http.ts";
import { makeSpentStates, STATE_KEY_BYTES_MIN } from "../server/mcp/asking.ts";
import { makeRequestGuard } from "../server/limits/request-guard.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine } from "./machine.ts";
import type { Runtime } from "./start-runtime.ts";

/** Serves every profile that was started, each at an address of its own, until it is closed. */
export async function serveOverHttp(
  workspace: Workspace,
  runtime: Runtime,
  machine: Machine,
  log: Log,
): Promise<HttpServing> {
  const { server } = workspace.configuration;
  const { http } = server;
  const stateKey = readStateKey(server.stateKey, machine);
  const spentStates = makeSpentStates();
  const { posture } = runtime;
  return serveHttp(
    {
      http,
      authenticator: chooseAuthenticator(server.auth?.mode),
      places: runtime.profiles.map(({ name, tools, callTool }) => ({
        path: name === undefined ? "/mcp" : `/mcp/${name}`,
        mcp: {
          version: runtimeVersion(),
          tools,
          callTool,
          reportDebt: (filter) => makeDebtReport(posture, filter),
          spentStates,
          ...(stateKey ? { stateKey } : {}),
        },
      })),
      requestLimits: makeRequestGuard(server.rate),
      onError: (error) => log.warn(`http: ${error.message}`),
    },
    (handler) => openListener(http, handler),
  );
}

async function openListener(
  { listen, limits, tls }: Workspace["configuration"]["server"]["http"],
  handler: HttpHandler,
): Promise<HttpListener> {
  const files = tls ? readTlsFiles(tls) : undefined;
  try {
    return await listenHttp(
      {
        ...listen,
        headerBytesMax: limits.headerBytes,
        connectionsMax: limits.connections,
        receiveMsMax: limits.receiveMs,
        ...(files ? { tls: files } : {}),
      },
      handler,
    );
  } catch (cause) {
    const { host, port } = listen;
    const why = cause instanceof Error && "code" in cause ? String(cause.code) : "it is refused";
    throw new HttpError("ERR_HTTP_LISTEN", `Cannot listen on ${host} port ${port}: ${why}.`, {
      cause,
    });
  }
}

/** A mode that nothing stands for lets nobody in. */
function chooseAuthenticator(mode: string | undefined): Authenticator {
  if (mode === undefined || mode === "none") return LOCAL_ONLY;
  throw new Error(`there is no authenticator for mode ${mode}`);
}

/** As bytes of its text. Replicas that were given the same text sign with the same key. */
function readStateKey(reference: string | undefined, machine: Machine): Uint8Array | undefined {
  if (reference === undefined) return undefined;
  let key: Uint8Array;
  try {
    key = new TextEncoder().encode(machine.powers.readSecret(reference));
  } catch (cause) {
    if (!(cause instanceof HostError)) throw cause;
    throw new HttpError("ERR_STATE_KEY", `The state key cannot be read: ${cause.message}.`, {
      cause,
    });
  }
  if (key.length >= STATE_KEY_BYTES_MIN) return key;
  throw new HttpError(
    "ERR_STATE_KEY",
    `The state key has ${key.length} bytes, where ${STATE_KEY_BYTES_MIN} are the least.`,
  );
}
