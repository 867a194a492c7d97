/** A place where what is trusted meets what is not. The diagram in THREAT_MODEL.md shows each by its id. */
export const BOUNDARIES = {
  stdio: "one MCP client, by pipes, to the broker",
  http: "MCP clients and web pages, by HTTP, to the server",
  proxy: "a load balancer that ends TLS, to the server",
  issuer: "tokens, keys and certificates of others, to the server",
  model: "what a plugin says of itself and answers, to a model",
  person: "the person who approves, is asked and answers, to the broker",
  runner: "a sealed process, by one channel, to the broker",
  component: "a component's code and types, to the engine and the generator",
  grant: "a plugin, by host calls, to files, hosts and stores that were granted",
  package: "packages, manifests and signatures, to whoever reads them",
  source: "https servers, registries and their token services, to the broker",
  workspace: "configuration, lockfile, store and cache on disk, to the broker",
  store: "the Redis that replicas share, to each of them",
  rest: "what plugins keep, on disk, to other tenants and other users",
  audit: "the audit trail, to whoever reads it later",
  telemetry: "the server, to a collector of metrics and to the webhook of alerts",
  terminal: "names and texts of others, to the operator's terminal",
  probe: "the runtime's own attacks and its report, to the operator and to agents",
} as const;
export type BoundaryId = keyof typeof BOUNDARIES;
