import { makeRefusalCounter } from "../../audit/auth-refusals.ts";
import { makeReportDebt } from "../../debt/cached-report.ts";
import { listenHttp } from "../../powers/http-listener.ts";
import type { Log } from "../../powers/log.ts";
import { readTlsFiles } from "../../powers/tls-files.ts";
import { runtimeVersion } from "../../powers/version.ts";
import { openAuthenticator } from "../../server/auth/open-authenticator.ts";
import { HttpError } from "../../server/http/errors.ts";
import type { HttpHandler, HttpListener } from "../../server/http/exchange.ts";
import { makeRequestGuard } from "../../server/limits/request-guard.ts";
import { serveHttp, type HttpServing } from "../../server/http/serve-http.ts";
import { makeChangeBus, publishChanges } from "../../server/mcp/change-bus.ts";
import { makeSpentStates } from "../../server/mcp/asking.ts";
import { openSharedEvents } from "../../server/store/shared-events.ts";
import { makeSharedSpent } from "../../server/store/shared-spent.ts";
import type { Workspace } from "../../workspace.ts";
import { keysFileOf } from "../commands/key.ts";
import { limitNotes } from "./limit-notes.ts";
import { effectiveMode, type Machine } from "../machine.ts";
import { placeOf, type ServedTasks } from "./open-tasks.ts";
import { readStateKey } from "./read-state-key.ts";
import type { Runtime } from "./start-runtime.ts";

export interface HttpParts {
  readonly log: Log;
  readonly tasks: ServedTasks;
}

/** Serves every profile that was started, each at an address of its own, until it is closed. */
export async function serveOverHttp(
  workspace: Workspace,
  runtime: Runtime,
  machine: Machine,
  { log, tasks }: HttpParts,
): Promise<HttpServing> {
  const { server, mode } = workspace.configuration;
  const { http } = server;
  const stateKey = readStateKey(server.stateKey, machine);
  const { profiles, store, audit } = runtime;
  const reportDebt = makeReportDebt(() => runtime.posture, "public");
  const isShared = server.store.kind === "redis";
  const spentStates = isShared ? makeSharedSpent(store) : makeSpentStates();
  const note = (message: string): void => log.warn(`http: ${message}`);
  const onTrouble = (error: unknown): void => log.warn(`store: ${String(error)}`);
  const authenticator = await openAuthenticator({
    server,
    mode: effectiveMode(mode),
    keysFile: keysFileOf(workspace),
    privateFiles: machine.privateFiles,
    sources: machine.sources,
    noteTrouble: note,
    ...(isShared ? { store } : {}),
  });
  const places = await Promise.all(
    profiles.map(async (profile) => {
      const path = placeOf(profile);
      const own = tasks.of(profile);
      const shared = isShared ? await openSharedEvents(store, path, onTrouble) : undefined;
      const changes = shared ?? makeChangeBus();
      publishChanges(profile.changes, changes);
      return { profile, path, own, changes };
    }),
  );
  const refusals = makeRefusalCounter((event, count) => {
    log.warn(`http: ${count} refused: see auth-refused in the audit trail`, { count });
    try {
      audit.write(event);
    } catch {
      // The trail cannot be written: no call is answered, and whoever was refused stays so.
    }
  });
  const serving = await serveHttp(
    {
      http,
      authenticator,
      guard: makeRequestGuard(server.rate),
      isReady: () => runtime.isReady(),
      places: places.map(({ profile: { name, tools, offers, callTool }, path, own, changes }) => ({
        path,
        mcp: {
          version: runtimeVersion(),
          tools,
          offers,
          changes,
          callTool,
          reportDebt: (filter, viewer) =>
            reportDebt(filter, { ...viewer, ...(name === undefined ? {} : { profile: name }) }),
          spentStates,
          ...(stateKey ? { stateKey } : {}),
          ...(own ? { tasks: own } : {}),
        },
      })),
      onRefused: (refusal) => refusals.note(refusal),
      onError: limitNotes((error) => note(error.message)),
    },
    (handler) => openListener(http, handler),
  );
  return { ...serving, closed: serving.closed.then(() => refusals.close()) };
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
