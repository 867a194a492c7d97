import type { Attributes, Meter } from "@opentelemetry/api";
import type { CallRecord } from "../../audit/record.ts";
import type { CallKind, CallObserver } from "../../call.ts";
import type { ProbeRun } from "../../debt/probe-result.ts";

/** Numbers of rules and of operations are ours and closed; this holds against a mistake, not against an attack. */
const NAMES_MAX = 500;

/** What does not change while a server runs, as gauges. */
export interface MeasuredPosture {
  readonly waivers: readonly { readonly gate: string }[];
  suspended(): readonly string[];
  /** The last run of the probes, where there was one. */
  probes?(): ProbeRun | undefined;
}

/**
 * Measures calls. Every label has few values: names of pinned tools and plugins, codes of closed lists.
 * A name that a client made up, a principal, a host or an argument is never one.
 */
export function makeCallMetrics(meter: Meter, posture: MeasuredPosture): CallObserver {
  const seconds = meter.createHistogram("mcp.server.operation.duration", {
    description: "Time from a call's admission to its recorded end.",
    unit: "s",
    advice: {
      explicitBucketBoundaries: [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
      ],
    },
  });
  const active = meter.createUpDownCounter("glovebox.calls.active", {
    description: "Calls under way.",
  });
  const chars = meter.createHistogram("glovebox.result.size", {
    description: "Characters of the content that clients were answered with.",
    unit: "{character}",
    advice: { explicitBucketBoundaries: [100, 1000, 10_000, 100_000, 1_000_000] },
  });
  const hostCalls = meter.createCounter("glovebox.host_calls", {
    description: "Host operations that plugins asked for.",
  });
  const denied = meter.createCounter("glovebox.denied", {
    description: "Host operations that were refused.",
  });
  const findings = meter.createCounter("glovebox.findings", {
    description: "Findings of the filter of outputs.",
  });
  meter
    .createObservableGauge("glovebox.waivers", { description: "Waivers in force, by gate." })
    .addCallback((result) => {
      for (const { gate } of posture.waivers) result.observe(1, { gate });
    });
  meter
    .createObservableGauge("glovebox.plugins.suspended", { description: "Suspended plugins." })
    .addCallback((result) => {
      for (const alias of posture.suspended()) result.observe(1, { plugin: alias });
    });
  measureProbes(meter, () => posture.probes?.());
  const nameOnce = makeBound();
  return {
    begin(_callId, { plugin }) {
      const labels = { plugin: plugin.alias };
      active.add(1, labels);
      return {
        step: () => undefined,
        end(record) {
          active.add(-1, labels);
          seconds.record(record.duration_ms / 1000, attributesOf(record));
          chars.record(record.result_chars, labels);
          if (record.host_calls > 0) hostCalls.add(record.host_calls, labels);
          for (const { operation, tag } of record.denied)
            denied.add(1, { ...labels, operation: nameOnce(operation), tag });
          for (const { id, severity } of record.findings ?? [])
            findings.add(1, { ...labels, finding: nameOnce(id), severity });
        },
      };
    },
  };
}

function measureProbes(meter: Meter, last: () => ProbeRun | undefined): void {
  const count = (name: string, description: string, isHeld: boolean): void => {
    meter.createObservableGauge(name, { description }).addCallback((result) => {
      const run = last();
      if (run) result.observe(run.results.filter(({ held }) => held === isHeld).length);
    });
  };
  count("glovebox.probes.held", "Claims that held in the probes' last run.", true);
  count("glovebox.probes.escaped", "Claims that did not hold, or could not be tried.", false);
  meter
    .createObservableGauge("glovebox.probes.last_run", {
      description: "When the probes' last run ended, in seconds since 1970.",
      unit: "s",
    })
    .addCallback((result) => {
      const run = last();
      if (run) result.observe(Date.parse(run.at) / 1000);
    });
}

const METHODS: Readonly<Record<CallKind, string>> = {
  tool: "tools/call",
  resource: "resources/read",
  prompt: "prompts/get",
  completion: "completion/complete",
};

/** What is called, as the semantic conventions for MCP name it. A resource goes by its pinned address or template. */
export function attributesOfCalled(kind: CallKind, name: string): Attributes {
  return {
    "mcp.method.name": METHODS[kind],
    ...(kind === "tool" && { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name }),
    ...(kind === "resource" && { "mcp.resource.uri": name }),
    ...(kind === "prompt" && { "gen_ai.prompt.name": name }),
  };
}

export function attributesOf(record: CallRecord): Attributes {
  return {
    ...attributesOfCalled(record.what ?? "tool", record.tool_name),
    "glovebox.plugin": record.alias,
    "glovebox.status": record.status,
    ...(record.error_code === undefined ? {} : { "error.type": record.error_code }),
  };
}

function makeBound(): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.has(name)) return name;
    if (known.size >= NAMES_MAX) return "other";
    known.add(name);
    return name;
  };
}
