import { plural } from "../../plugin/schema/check.ts";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GloveboxError, reasonsOf } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { listSecretReferences } from "../../policy/gates/secret-references.ts";
import { DEFAULT_HTTP } from "../../policy/server/http-configuration.ts";
import { inspectFile } from "../../powers/audit/resume.ts";
import { listenHttp } from "../../powers/http-listener.ts";
import { fetchIssuerKeys } from "../../server/auth/issuer-documents.ts";
import { storeKey } from "../../server/store/shared-store.ts";
import type { Workspace } from "../../workspace.ts";
import { judgeSecrets } from "../gates/secret-facts.ts";
import type { Machine } from "../machine.ts";
import { openStore } from "../serving/open-store.ts";
import { checkKeys } from "./check-keys.ts";
import { toCheck, type Check } from "./check.ts";

/** No such entry is ever written: that it can be asked for shows that the store answers. */
const ASKED_KEY = storeKey("doctor", "asked");
/** How long whatever is asked may take to answer. */
const ANSWER_MS_MAX = 5000;

/**
 * What a server needs besides itself, asked side by side: folder and audit trail, secrets, the shared store, the holder of keys, the issuer,
 * the address to listen at. Nothing is left changed.
 */
export async function checkSurroundings(workspace: Workspace, machine: Machine): Promise<Check[]> {
  const checks = await Promise.all([
    bounded("audit", async () => checkTrail(workspace, machine)),
    bounded("secrets", async () => checkSecrets(workspace)),
    bounded("store", () => checkStore(workspace, machine)),
    bounded("encryption", () => checkKeys(workspace, machine)),
    bounded("issuer", () => checkIssuer(workspace, machine)),
    bounded("listen", () => checkListen(workspace)),
  ]);
  return checks.flat();
}

async function bounded(name: string, check: () => Promise<readonly Check[]>) {
  const late = sleep(ANSWER_MS_MAX, undefined, { ref: false }).then((): readonly Check[] => [
    { name, state: "failed", says: `no answer within ${ANSWER_MS_MAX / 1000} s` },
  ]);
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    if (!(error instanceof GloveboxError)) throw error;
    return reasonsOf(error).map((reason) => toCheck(name, "failed", reason));
  }
}

/** Its first and last line, and that there is a place to write on. Every line between is for `glovebox audit verify`. */
function checkTrail({ paths }: Workspace, { files }: Machine): readonly Check[] {
  const name = "audit";
  files.makeFolder(paths.folder);
  const tried = path.join(paths.folder, `doctor-${process.pid}`);
  files.writeFile(tried, "written");
  files.remove(tried);
  const state = inspectFile(paths.auditFile);
  if (!state || state.kind === "empty")
    return [{ name, state: "ok", says: "it can be written; no trail yet" }];
  if (state.kind !== "chained")
    return [
      {
        name,
        state: "warning",
        says: `its file is ${state.kind}: the next start puts it aside and begins a new one`,
      },
    ];
  const says = `it can be written; its last line is number ${state.head.seq}`;
  return [
    state.torn
      ? { name, state: "warning", says: `${says}, and it ends in half a line` }
      : { name, state: "ok", says },
  ];
}

/** Whether each can be read. No value of theirs is told, or kept. */
function checkSecrets({ configuration }: Workspace): readonly Check[] {
  const facts = judgeSecrets(listSecretReferences(configuration));
  const unread = facts.filter(({ unreadable }) => unreadable !== undefined);
  if (facts.length === 0) return [];
  if (unread.length === 0)
    return [{ name: "secrets", state: "ok", says: `${facts.length} can be read` }];
  return unread.map(({ path: place, unreadable = "" }) => ({
    name: "secrets",
    state: "failed",
    says: `${makeVisible(place)}: ${makeVisible(unreadable)}`,
  }));
}

/** What is shared has to answer. A file that nobody has made yet is made by the first server. */
async function checkStore(workspace: Workspace, machine: Machine): Promise<readonly Check[]> {
  const name = "store";
  const isRedis = workspace.configuration.server.store.kind === "redis";
  if (!isRedis && machine.files.kindOf(workspace.paths.sharedFile) === "nothing") return [];
  const { store } = openStore(workspace, machine);
  try {
    await store.get(ASKED_KEY);
    const says = isRedis ? "the shared store answers" : "the file of what is shared can be opened";
    return [{ name, state: "ok", says }];
  } catch (error) {
    return reasonsOf(error).map((reason) => toCheck(name, "failed", reason));
  } finally {
    await store.close();
  }
}

async function checkIssuer(
  { configuration }: Workspace,
  { sources }: Machine,
): Promise<readonly Check[]> {
  const { auth } = configuration.server;
  if (auth?.mode !== "oauth") return [];
  const { issuer, jwks } = auth;
  const { keys } = await fetchIssuerKeys({
    issuer,
    powers: sources,
    ...(jwks === undefined ? {} : { jwks }),
  });
  return [
    {
      name: "issuer",
      state: "ok",
      says: `its documents are there, with ${plural(keys.length, "key")}`,
    },
  ];
}

/** Another program may listen there, and it may be this very server. */
async function checkListen({ configuration }: Workspace): Promise<readonly Check[]> {
  const { http, auth } = configuration.server;
  if (http === DEFAULT_HTTP && auth === undefined) return [];
  const { listen, limits } = http;
  const says = `${listen.host} port ${listen.port}`;
  const name = "listen";
  try {
    const options = {
      ...listen,
      headerBytesMax: limits.headerBytes,
      connectionsMax: limits.connections,
      receiveMsMax: limits.receiveMs,
    };
    const listener = await listenHttp(options, (exchange) => exchange.answer(503, {}, ""));
    await listener.close();
    return [{ name, state: "ok", says: `${says} is free` }];
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "it is refused";
    const isTaken = code === "EADDRINUSE";
    return [
      {
        name,
        state: isTaken ? "warning" : "failed",
        says: isTaken ? `${says} is taken: by a server that runs?` : `${says}: ${code}`,
      },
    ];
  }
}
