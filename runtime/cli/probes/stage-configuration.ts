import type { Bait } from "../../powers/bait.ts";
import type { ProbeTerms } from "./probe-terms.ts";

/**
 * The hostile plugin under two names, so that each has a neighbour to attack; the second may only read its folder, and is
 * granted a host of this machine whose address is not opened to it.
 */
export const HOSTILE = { whole: "hostile", reading: "neighbour" } as const;
export type Hostile = (typeof HOSTILE)[keyof typeof HOSTILE];

/** What a hostile plugin may use: small, so that exhausting it takes moments. */
export const STAGE_LIMITS = {
  deadlineMs: 1000,
  memoryMib: 64,
  outputBytes: 64 * 1024,
  hostCalls: 100,
  logBytes: 4096,
  quotaBytes: 64 * 1024,
  responseBytes: 64 * 1024,
  redirects: 1,
} as const;

/** A client that may call only once a minute. */
export const HURRIED_CLIENT = "hurried";
/** What every tool needs of whoever has scopes at all. */
export const NEEDED_SCOPE = "probe";

/** The operator's words about the probes' own workspace. JSON is YAML, so what stands in it needs no escaping of ours. */
export function describeStage(source: string, bait: Bait, { isolation }: ProbeTerms): string {
  const [weakest, strongest] = isolation;
  const kib = (bytes: number): string => `${bytes / 1024}KiB`;
  const accepted = { reason: "what a probe sends has nowhere to go", until: "2999-12-31" };
  const server = (port: number) => ({ scheme: "http", host: "127.0.0.1", port });
  const configuration = {
    limits: {
      deadline: `${STAGE_LIMITS.deadlineMs}ms`,
      memory: `${STAGE_LIMITS.memoryMib}MiB`,
      output: kib(STAGE_LIMITS.outputBytes),
      host_calls: STAGE_LIMITS.hostCalls,
      log: kib(STAGE_LIMITS.logBytes),
    },
    plugins: {
      [HOSTILE.whole]: {
        source,
        isolation: weakest,
        grants: {
          filesystem: { access: "read-write", quota: kib(STAGE_LIMITS.quotaBytes) },
          http: {
            allow: [
              { host: "probe.invalid", port: 443 },
              server(bait.granted.port),
              {
                ...server(bait.withSecret.port),
                secret: { header: "x-probe", reference: `file:${bait.secret.file}` },
              },
            ],
            private: ["127.0.0.1/32"],
            responseBytesMax: STAGE_LIMITS.responseBytes,
            redirectsMax: STAGE_LIMITS.redirects,
          },
          kv: { quota: kib(STAGE_LIMITS.quotaBytes) },
          env: { PROBE: "granted" },
        },
      },
      [HOSTILE.reading]: {
        source,
        isolation: strongest,
        grants: {
          filesystem: "read",
          http: [server(bait.granted.port)],
          kv: { quota: kib(STAGE_LIMITS.quotaBytes) },
        },
        approvals: { lie: "always" },
      },
    },
    // The path from the first to the second is left to a human, and nobody is there.
    flow: { accept: [{ path: `${HOSTILE.whole}>${HOSTILE.whole}`, ...accepted }] },
    server: {
      rate: {
        default: { per_minute: 100_000 },
        callers: [{ client: HURRIED_CLIENT, limits: { per_minute: 1, burst: 1 } }],
      },
      scopes: { default: [NEEDED_SCOPE] },
    },
    waivers: [
      {
        gate: "ring5",
        reason: "a probe's own workspace; what the seal does not hold is reported by itself",
        until: "2999-12-31",
      },
    ],
  };
  const sections = Object.entries(configuration).map(
    ([name, section]) => `${name}: ${JSON.stringify(section)}\n`,
  );
  return `version: 1\n${sections.join("")}`;
}
