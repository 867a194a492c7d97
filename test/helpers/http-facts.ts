// What the gates of the HTTP server look at, all of it right, and each part of it to be changed.
import type { FileFact, HttpFacts, StartFacts } from "../../runtime/policy/gates/facts.ts";
import { NO_REGIONS } from "../../runtime/policy/server/regions.ts";
import type { TokenAuth } from "../../runtime/policy/server/auth-configuration.ts";
import type { ServerConfiguration } from "../../runtime/policy/server/configuration.ts";
import { DEFAULT_HTTP } from "../../runtime/policy/server/http-configuration.ts";
import { DEFAULT_REFUSED, DEFAULT_REQUESTS } from "../../runtime/policy/server/rate.ts";

export const NOW_MS = Date.parse("2027-01-15T12:00:00Z");
export const OAUTH: TokenAuth = {
  mode: "oauth",
  issuer: "https://login.example.com",
  resource: "https://tools.example.com/mcp",
  audience: "https://tools.example.com/mcp",
  algorithms: ["ES256"],
  claims: [],
  tenant: { value: "acme" },
  subjectClaim: "sub",
  clientClaim: "client_id",
  scopeClaim: "scope",
  dpop: "allowed",
  skewSeconds: 5,
};
export const HTTP: ServerConfiguration["http"] = {
  ...DEFAULT_HTTP,
  listen: { host: "0.0.0.0", port: 8808 },
  hosts: ["tools.example.com"],
  origins: [],
  statesOrigins: true,
  proxy: { trusted: ["10.0.0.0/8"] },
};
export const SERVER: ServerConfiguration = {
  auth: OAUTH,
  http: HTTP,
  residency: NO_REGIONS,
  rate: {
    default: { perMinute: 60 },
    tools: {},
    tenant: {},
    callers: [],
    requests: DEFAULT_REQUESTS,
    refused: DEFAULT_REFUSED,
    whenAway: "refuse",
  },
  store: { kind: "memory" },
  stateKey: "env:STATE_KEY",
};
export const FOLDER: FileFact = {
  file: "/srv/glovebox/.glovebox",
  what: "folder",
  mode: 0o700,
  owner: "operator",
  isOwnGroup: true,
};
export const STATE_KEY = { path: "server.state_key", reference: "env:STATE_KEY", faults: [] };
export const GOOD: HttpFacts = {
  server: SERVER,
  hasAudit: true,
  secrets: [STATE_KEY],
  files: [FOLDER],
  roots: [{ folder: "/srv/glovebox", homes: ["/root", "/home/ada"] }],
};
export const START: StartFacts = {
  mode: "production",
  plugins: {},
  waivers: [],
  seal: { name: "landlock", denied: ["read"], allowed: [], remarks: [], measures: [] },
  nowMs: NOW_MS,
};

export function server(change: Partial<ServerConfiguration>): Partial<HttpFacts> {
  return { server: { ...SERVER, ...change } };
}
export const without = (key: keyof ServerConfiguration): Partial<HttpFacts> => {
  const { [key]: _left, ...rest } = SERVER;
  return { server: rest as ServerConfiguration };
};
export const http = (change: Partial<ServerConfiguration["http"]>): Partial<HttpFacts> =>
  server({ http: { ...HTTP, ...change } });
export const oauth = (change: Partial<TokenAuth>): Partial<HttpFacts> =>
  server({ auth: { ...OAUTH, ...change } });
export const file = (change: Partial<FileFact>): Partial<HttpFacts> => ({
  files: [{ ...FOLDER, ...change }],
});
export const root = (folder: string): Partial<HttpFacts> => ({
  roots: [{ folder, homes: ["/root", "/home/ada", "/data/people/eve"] }],
});
export const LOCAL = { ...HTTP, listen: { host: "127.0.0.1", port: 8808 } };
const { proxy: _proxy, ...withoutProxy } = HTTP;
export const NO_PROXY: ServerConfiguration["http"] = withoutProxy;
