import { isLoopback } from "@glovebox/host-api/http/addresses";
import type { ServerConfiguration } from "../policy/server/configuration.ts";
import type { LiveItem } from "./items.ts";
import { configured, liveItem } from "./live-item.ts";
import type { Posture } from "./posture.ts";

interface ServerRow {
  readonly applies: (server: ServerConfiguration) => boolean;
  readonly item: LiveItem;
}

/**
 * What the section `server` leaves open. Over standard input and output none of it matters: whoever holds the pipes calls.
 * Where nothing is served, it is said of what `serve --http` would do, if the configuration says anything of a server.
 */
export function serverItems(server: ServerConfiguration, serving: Posture["serving"]): LiveItem[] {
  if (serving === "stdio" || (serving === undefined && !isMeantForHttp(server))) return [];
  return ROWS.filter(({ applies }) => applies(server)).map(({ item }) => item);
}

function isMeantForHttp({ auth, rate, tasks, stateKey, http }: ServerConfiguration): boolean {
  return (
    auth !== undefined ||
    rate !== undefined ||
    tasks !== undefined ||
    stateKey !== undefined ||
    http.hosts.length > 0
  );
}

const hasAuth = ({ auth }: ServerConfiguration): boolean =>
  auth !== undefined && auth.mode !== "none";

const ROWS: readonly ServerRow[] = [
  {
    applies: (server) => !hasAuth(server),
    item: liveItem({
      id: "GB-AUTH-NONE",
      title: "Whoever reaches the server may call every tool",
      severity: "high",
      area: "identity",
      current_behavior:
        "Nobody is asked who they are. The server listens on a loopback address alone, where every user and program of the machine is.",
      ideal: "Every caller is known, and has the scopes that it needs.",
      resolved_by: "Write `server.auth` with mode `keys`, `oauth` or `mtls`.",
      references: ["OWASP MCP07"],
      evidence: configured("server.auth"),
    }),
  },
  {
    applies: (server) => hasAuth(server) && server.scopes === undefined,
    item: liveItem({
      id: "GB-SCOPES",
      title: "Whoever may call at all may call every tool",
      status: "monitoring",
      severity: "low",
      area: "identity",
      current_behavior: "No tool needs a scope.",
      ideal: "Callers have the tools that are theirs.",
      resolved_by: "Write `server.scopes`.",
      references: ["OWASP MCP02"],
      evidence: configured("server.scopes"),
    }),
  },
  {
    applies: ({ auth }) => auth?.mode === "keys" || (auth?.mode === "oauth" && auth.dpop === "off"),
    item: liveItem({
      id: "GB-BEARER",
      title: "Whoever has a key or a token is its owner",
      status: "monitoring",
      severity: "low",
      area: "identity",
      current_behavior:
        "Nothing binds a credential to who it was given to: one that was copied works.",
      ideal: "A caller proves possession of a key that never leaves it.",
      resolved_by: "Use `mtls`, or `oauth` with `dpop: required`.",
      references: ["OWASP MCP01"],
      evidence: configured("server.auth"),
    }),
  },
  {
    applies: ({ rate }) => rate === undefined,
    item: liveItem({
      id: "GB-RATE",
      title: "Nothing limits how many tools a caller calls",
      severity: "medium",
      area: "limits",
      current_behavior:
        "Only HTTP requests are counted, at a default that is far above what people need.",
      ideal: "Each caller has a bucket, and a quota.",
      resolved_by: "Write `server.rate` with a `default`.",
      references: ["OWASP MCP10"],
      evidence: configured("server.rate"),
    }),
  },
  {
    applies: ({ store, rate }) => store.kind === "redis" && rate?.whenAway === "allow",
    item: liveItem({
      id: "GB-LIMITS-AWAY",
      title: "While the shared store is away, each replica counts callers for itself",
      severity: "medium",
      area: "limits",
      current_behavior:
        "Calls are let in while the store does not answer. A caller then has the limits once for each replica, and anew at each of its starts.",
      ideal: "No call is let in whose limits nobody can check.",
      resolved_by: "Write `when_away: refuse`, or leave it out.",
      references: ["OWASP MCP10"],
      evidence: configured("server.rate.when_away"),
    }),
  },
  {
    applies: ({ store }) => store.kind === "memory",
    item: liveItem({
      id: "GB-STORE-ONE-PROCESS",
      title: "What replicas would have to share, this process keeps for itself",
      status: "monitoring",
      severity: "low",
      area: "storage",
      current_behavior:
        "Limits, used approvals, proofs and answered questions are known to one process. With a second one beside it each counts for itself, and what was used at one can be used at the other.",
      ideal: "All replicas meet in one store.",
      resolved_by: "Write `server.store.redis` before there is a second replica.",
      references: ["OWASP MCP07"],
      evidence: configured("server.store"),
    }),
  },
  {
    applies: ({ stateKey }) => stateKey === undefined,
    item: liveItem({
      id: "GB-STATE-KEY",
      title: "What clients bring back is signed with a key that ends with the process",
      status: "monitoring",
      severity: "low",
      area: "protocol",
      current_behavior:
        "After a restart, and at another replica, a question that was asked cannot be answered.",
      ideal: "One key, drawn by the operator, for all replicas.",
      resolved_by: "Write `server.state_key`.",
      evidence: configured("server.state_key"),
    }),
  },
  {
    applies: ({ http: { tls, proxy, listen } }) =>
      !tls &&
      (proxy?.trusted ?? []).length === 0 &&
      listen.host !== "localhost" &&
      !isLoopback(listen.host),
    item: liveItem({
      id: "GB-TLS",
      title: "Clients speak to the server without TLS",
      severity: "high",
      area: "identity",
      current_behavior:
        "Credentials, arguments and answers can be read and changed by whoever is on the way, unless something that the configuration does not name ends TLS.",
      ideal: "TLS ends here, or at a proxy that is named.",
      resolved_by: "Write `server.http.tls`, or `server.http.proxy.trusted`.",
      references: ["OWASP MCP07"],
      evidence: configured("server.http"),
    }),
  },
  {
    applies: ({ http: { origins } }) => origins.some((origin) => origin.startsWith("http:")),
    item: liveItem({
      id: "GB-ORIGINS",
      title: "Web pages that came without TLS may call the server",
      severity: "medium",
      area: "identity",
      current_behavior:
        "Whoever is on the way to such a page can put words of their own into it, and call as its user.",
      ideal: "Pages of https origins alone.",
      resolved_by: "Remove them from `server.http.origins`.",
      references: ["OWASP MCP07"],
      evidence: configured("server.http.origins"),
    }),
  },
];
