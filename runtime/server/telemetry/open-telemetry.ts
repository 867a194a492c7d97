import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type IMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { CallObserver } from "../../call.ts";
import type { OtlpConfiguration, TelemetryConfiguration } from "../../policy/read-telemetry.ts";
import { joinObservers } from "./join-observers.ts";
import { makeCallMetrics, type MeasuredPosture } from "./metrics.ts";
import { makeCallSpans } from "./spans.ts";

const EXPORT_MS_MAX = 5000;
/** How long an end may wait for a collector that does not answer. */
const FLUSH_MS_MAX = 2000;
const QUEUE_MAX = 2048;

export interface Telemetry {
  readonly observer: CallObserver;
  /** What Prometheus reads, where the configuration wants it read. */
  readonly metrics?: () => Promise<string>;
  /** Sends what is left, as far as that can be done soon. */
  close(): Promise<void>;
}

export interface TelemetryFacts extends MeasuredPosture {
  readonly version: string;
  /** The value that `headers` refers to. */
  readonly headers: string | undefined;
}

/**
 * Opens what the configuration asks for. Whoever asks for nothing does not load this file.
 * Nothing waits for a collector: what it does not take is dropped. Nothing listens here.
 */
export function openTelemetry(
  { otlp, prometheus }: TelemetryConfiguration,
  facts: TelemetryFacts,
): Telemetry {
  const resource = resourceFromAttributes({
    "service.name": "glovebox",
    "service.version": facts.version,
  });
  const headers = readHeaders(facts.headers);
  const readers: IMetricReader[] = [];
  if (otlp) readers.push(makePushReader(otlp, headers));
  const exporter = prometheus && new PrometheusExporter({ preventServerStart: true });
  if (exporter) readers.push(exporter);
  const meters = new MeterProvider({ resource, readers });
  const tracers = otlp && makeTracers(otlp, headers, resource);
  const measuring = makeCallMetrics(meters.getMeter("glovebox", facts.version), facts);
  const observer = tracers
    ? joinObservers([makeCallSpans(tracers.getTracer("glovebox", facts.version)), measuring])
    : measuring;
  return {
    observer,
    ...(exporter ? { metrics: () => readMetrics(exporter) } : {}),
    async close() {
      const flushed = Promise.allSettled([meters.shutdown(), tracers?.shutdown()]);
      await Promise.race([flushed, new Promise((end) => setTimeout(end, FLUSH_MS_MAX).unref())]);
    },
  };
}

async function readMetrics(exporter: PrometheusExporter): Promise<string> {
  const { resourceMetrics, errors } = await exporter.collect();
  if (errors.length > 0) throw new Error("not all metrics could be collected");
  return new PrometheusSerializer().serialize(resourceMetrics);
}

function makePushReader(
  { endpoint, everyMs }: OtlpConfiguration,
  headers: Record<string, string>,
): IMetricReader {
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({
      url: `${endpoint}/v1/metrics`,
      headers,
      timeoutMillis: EXPORT_MS_MAX,
    }),
    exportIntervalMillis: everyMs,
    exportTimeoutMillis: Math.min(EXPORT_MS_MAX, everyMs),
  });
}

function makeTracers(
  { endpoint, everyMs, sample }: OtlpConfiguration,
  headers: Record<string, string>,
  resource: ReturnType<typeof resourceFromAttributes>,
): TracerProvider {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint}/v1/traces`,
    headers,
    timeoutMillis: EXPORT_MS_MAX,
  });
  const share = new TraceIdRatioBasedSampler(sample);
  return new TracerProvider({
    resource,
    // A client may ask not to be traced. It cannot make more of its calls be traced than others' are.
    sampler: new ParentBasedSampler({ root: share, remoteParentSampled: share }),
    spanLimits: { attributeValueLengthLimit: 1000, eventCountLimit: 32 },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUE_MAX,
        scheduledDelayMillis: Math.min(everyMs, EXPORT_MS_MAX),
        exportTimeoutMillis: EXPORT_MS_MAX,
      }),
    ],
  });
}

/** `name=value,name=value`, values percent-encoded where they must be. */
function readHeaders(text: string | undefined): Record<string, string> {
  const pairs = (text ?? "").split(",").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    return at < 1
      ? []
      : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}
