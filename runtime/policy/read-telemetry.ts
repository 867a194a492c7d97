import { isLoopback } from "@glovebox/host-api/http/addresses";
import type { Cursor } from "../plugin/cursor.ts";
import { readAmount, type AmountRow } from "./read-limits.ts";
import { parseListen } from "./server/http.ts";
import type { ListenAddress } from "./server/http-configuration.ts";
import { readReference } from "./server/reference.ts";

/** The section `telemetry` of the configuration. */
export interface TelemetryConfiguration {
  readonly otlp?: OtlpConfiguration;
  /** Where Prometheus fetches metrics, at `/metrics`. Undefined: nowhere. */
  readonly prometheus?: ListenAddress;
  /** Whether the operator's report is served at `/debt` of the same address. */
  readonly debt?: true;
}

/** Where traces and metrics are sent by OTLP over HTTP. */
export interface OtlpConfiguration {
  /** Without `/v1/traces` and `/v1/metrics`, which are added. */
  readonly endpoint: string;
  /** A reference to headers as `OTEL_EXPORTER_OTLP_HEADERS` writes them: `name=value,name=value`. */
  readonly headers?: string;
  /** How often metrics are sent, and spans at the latest. */
  readonly everyMs: number;
  /** The share of traces that is kept, from 0 to 1. */
  readonly sample: number;
}

export const DEFAULT_PROMETHEUS: ListenAddress = { host: "127.0.0.1", port: 9464 };

const ENDPOINT = { lengthMin: 1, lengthMax: 2048 };
const LISTEN = { lengthMin: 1, lengthMax: 100 };
const EVERY: AmountRow<"everyMs"> = {
  field: "everyMs",
  unit: "duration",
  min: 100,
  max: 600_000,
};
const EVERY_MS_DEFAULT = 15_000;

/** Reads `telemetry`. Left out, nothing is measured, loaded or sent. */
export function readTelemetry(member: Cursor): TelemetryConfiguration {
  if (member.isAbsent()) return {};
  const fields = member.fields([], ["otlp", "metrics", "debt"]);
  return {
    ...fields.optional("otlp", readOtlp),
    ...readMetrics(fields.get("metrics")),
    ...(fields.get("debt").isAbsent() || !fields.get("debt").boolean() ? {} : { debt: true }),
  };
}

function readOtlp(member: Cursor): OtlpConfiguration {
  const fields = member.fields(["endpoint"], ["headers", "every", "sample"]);
  const endpoint = fields.get("endpoint");
  const sample = fields.get("sample");
  const { value: share = 1 } = sample;
  if (typeof share !== "number" || share < 0 || share > 1)
    sample.problem("not a share", "Write a number from 0 to 1.");
  const every = fields.get("every");
  const headers = fields.get("headers");
  const text = readEndpoint(endpoint, headers.value !== undefined);
  return {
    endpoint: text,
    ...fields.optional("headers", readReference),
    everyMs: every.value === undefined ? EVERY_MS_DEFAULT : readAmount(every, EVERY),
    sample: typeof share === "number" ? share : 1,
  };
}

/** Secrets in headers travel in the clear on this machine alone. */
function readEndpoint(member: Cursor, hasSecrets: boolean): string {
  const text = member.string(ENDPOINT);
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    member.problem(
      "not an address",
      "Write an address such as https://collector.example.com:4318.",
    );
  else if (url.username !== "" || url.password !== "")
    member.problem("an address with a password", "Put what is secret where `headers` points to.");
  else if (url.protocol === "http:" && hasSecrets && !isOwnMachine(url.hostname))
    member.problem("an address without TLS, where headers are secret", "Write https://.");
  return text.replace(/\/+$/, "");
}

function isOwnMachine(host: string): boolean {
  return host === "localhost" || isLoopback(host.replace(/^\[|\]$/g, ""));
}

function readMetrics(member: Cursor): Pick<TelemetryConfiguration, "prometheus"> {
  if (member.isAbsent()) return {};
  const prometheus = member.fields(["prometheus"]).get("prometheus");
  if (prometheus.value === false || prometheus.value === undefined) return {};
  if (prometheus.value === true) return { prometheus: DEFAULT_PROMETHEUS };
  const listen = prometheus.fields(["listen"]).get("listen");
  const address = parseListen(listen.string(LISTEN));
  // Names of tools and how often each is called are nobody else's: whoever wants them elsewhere puts a proxy in front.
  if (!address || !isOwnMachine(address.host))
    listen.problem(
      "not an address and port of this machine",
      "Write one such as 127.0.0.1:9464, and let a proxy that knows who asks lead there.",
    );
  return { prometheus: address ?? DEFAULT_PROMETHEUS };
}
