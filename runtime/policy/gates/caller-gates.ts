import { isLoopback } from "@glovebox/host-api/http/addresses";
import { quoteText } from "../../plugin/text.ts";
import { GateError, type GateErrorCode } from "./errors.ts";
import type { HttpFacts } from "./facts.ts";
import type { Gate } from "./gate.ts";

/** A network that is named as the proxy's and holds more addresses than this is not a proxy's. */
const PROXY_BITS_MIN = { ipv4: 8, ipv6: 16 };

/** Who reaches the server, and whom it takes them for. */
export const CALLER_GATES: readonly Gate[] = [
  {
    id: "open-listen",
    question: "without authentication, is the server within reach of this machine alone?",
    always: true,
    isWaivable: false,
    refuse({ server: { auth, http } }) {
      if (hasAuth(auth) || http.listen.host === "localhost" || isLoopback(http.listen.host))
        return [];
      const message = `Anyone who reaches ${http.listen.host}:${http.listen.port} could call every tool.`;
      return [refusal("ERR_GATE_OPEN_LISTEN", message, "server.http.listen")];
    },
  },
  {
    id: "auth",
    question: "must callers say who they are?",
    isWaivable: true,
    refuse({ server: { auth } }) {
      if (hasAuth(auth)) return [];
      const message = auth
        ? "`server.auth.mode` is `none`."
        : "Nothing says how callers authenticate.";
      return [refusal("ERR_GATE_AUTH", message, "server.auth")];
    },
  },
  {
    id: "issuer",
    question: "do tokens come from one issuer, by https?",
    isWaivable: false,
    applies: takesTokens,
    refuse({ server: { auth } }) {
      if (auth?.mode !== "oauth") return [];
      return [
        ["issuer", auth.issuer] as const,
        ["jwks", auth.jwks ?? auth.issuer] as const,
      ].flatMap(([key, address]) =>
        isHttps(address)
          ? []
          : refusal(
              "ERR_GATE_ISSUER",
              `${quoteText(address)} is not an https address.`,
              `server.auth.${key}`,
            ),
      );
    },
  },
  {
    id: "audience",
    question: "are tokens for this server alone?",
    isWaivable: false,
    applies: takesTokens,
    refuse: refuseAudience,
  },
  {
    id: "hosts",
    question: "is it known by which names clients call the server?",
    isWaivable: false,
    refuse({ server: { http } }) {
      if (http.hosts.length > 0) return [];
      return [
        refusal(
          "ERR_GATE_HOSTS",
          "No host name is listed that clients may use.",
          "server.http.hosts",
        ),
      ];
    },
  },
  {
    id: "origins",
    question: "is it known which web pages may call?",
    isWaivable: true,
    refuse: refuseOrigins,
  },
  {
    id: "tls",
    question: "is TLS ended here, or by a proxy that is named?",
    isWaivable: true,
    refuse: refusePlain,
  },
  {
    id: "proxy",
    question: "is nobody but a proxy believed when it says for whom it calls?",
    isWaivable: false,
    applies: ({ server: { http } }) => (http.proxy?.trusted ?? []).length > 0,
    refuse: refuseWideProxy,
  },
  {
    id: "client-ca",
    question: "where certificates say who calls, are they asked for, and from whom?",
    isWaivable: false,
    applies: ({ server: { auth } }) => auth?.mode === "mtls",
    refuse: refuseNoAuthority,
  },
];

function hasAuth(auth: HttpFacts["server"]["auth"]): boolean {
  return auth !== undefined && auth.mode !== "none";
}

function takesTokens({ server: { auth } }: HttpFacts): boolean {
  return auth?.mode === "oauth";
}

function refuseAudience({ server: { auth, http } }: HttpFacts): readonly GateError[] {
  if (auth?.mode !== "oauth") return [];
  const reasons: GateError[] = [];
  if (auth.audience === "")
    reasons.push(refusal("ERR_GATE_AUDIENCE", "The audience is empty.", "server.auth.audience"));
  if (auth.audience === auth.issuer)
    reasons.push(
      refusal(
        "ERR_GATE_AUDIENCE",
        "The audience is the issuer, so tokens for the issuer itself would open this server.",
        "server.auth.audience",
      ),
    );
  const host = isHttps(auth.resource) ? new URL(auth.resource).hostname : undefined;
  if (host === undefined || !http.hosts.includes(host))
    reasons.push(
      refusal(
        "ERR_GATE_AUDIENCE",
        `The resource ${quoteText(auth.resource)} is not an https address at one of \`server.http.hosts\`.`,
        "server.auth.resource",
      ),
    );
  return reasons;
}

function refuseOrigins({ server: { http } }: HttpFacts): readonly GateError[] {
  if (!http.statesOrigins)
    return [
      refusal(
        "ERR_GATE_ORIGINS",
        "Nothing says which web pages may call the server.",
        "server.http.origins",
      ),
    ];
  return http.origins.flatMap((origin, index) => {
    if (!origin.startsWith("http:")) return [];
    const message = `Pages of ${quoteText(origin)} come by plain http, where anyone on the way can change them.`;
    return [refusal("ERR_GATE_ORIGINS", message, `server.http.origins[${index}]`)];
  });
}

function refusePlain({ server: { http } }: HttpFacts): readonly GateError[] {
  const { tls, proxy } = http;
  if (tls || (proxy?.trusted ?? []).length > 0) return [];
  const message = "Neither does this server end TLS nor is a proxy named that does.";
  return [refusal("ERR_GATE_TLS", message, "server.http")];
}

function refuseWideProxy({ server: { http } }: HttpFacts): readonly GateError[] {
  return (http.proxy?.trusted ?? []).flatMap((range, index) => {
    const [address = "", bits = "0"] = range.split("/");
    if (Number(bits) >= PROXY_BITS_MIN[address.includes(":") ? "ipv6" : "ipv4"]) return [];
    const message = `${range} is no proxy's network: whoever calls from there would be believed who they say they are.`;
    return [refusal("ERR_GATE_PROXY", message, `server.http.proxy.trusted[${index}]`)];
  });
}

function refuseNoAuthority({ server: { auth, http } }: HttpFacts): readonly GateError[] {
  if (auth?.mode !== "mtls" || http.tls?.clientCa !== undefined) return [];
  const message = "Mode `mtls` needs TLS ended here, with `client_ca`.";
  return [refusal("ERR_GATE_CLIENT_CA", message, "server.http.tls.client_ca")];
}

function isHttps(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === "https:";
}

function refusal(code: GateErrorCode, message: string, path: string): GateError {
  return new GateError(code, message, { place: { path } });
}
