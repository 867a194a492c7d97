import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { describe, it } from "node:test";
import type { CallableTool, CallRequest } from "../../../../runtime/call.ts";
import { LOCAL_CALLER } from "../../../../runtime/call.ts";
import type { CallRecord } from "../../../../runtime/audit/record.ts";
import type { TelemetryConfiguration } from "../../../../runtime/policy/read-telemetry.ts";
import {
  openTelemetry,
  type Telemetry,
} from "../../../../runtime/server/telemetry/open-telemetry.ts";
import { attributesOf } from "../../../../runtime/server/telemetry/metrics.ts";
import { callRecord } from "../../../helpers/call-record.ts";
import { serve } from "../../../helpers/http-room.ts";
import { until } from "../../../helpers/served-workspace.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

const CALLABLE = {
  exposedName: "web__fetch",
  plugin: { alias: "web", component: "sha256:00" },
} as CallableTool;

function request(traceparent?: string): CallRequest {
  return {
    name: "web__fetch",
    arguments: {},
    caller: LOCAL_CALLER,
    signal: new AbortController().signal,
    ...(traceparent === undefined ? {} : { trace: { traceparent } }),
  };
}

function open(telemetry: TelemetryConfiguration, headers?: string): Telemetry {
  return openTelemetry(telemetry, {
    version: "1.2.3",
    headers,
    waivers: [{ gate: "ring5" }],
    suspended: () => ["db"],
    probes: () => ({
      at: "2026-11-22T00:00:00.000Z",
      results: [true, true, false].map((held) => ({
        id: "files.climb",
        ring: 2,
        claim: "It holds",
        says: "so it was",
        held,
      })),
    }),
  });
}

function call(
  { observer }: Telemetry,
  changes: Partial<CallRecord> = {},
  traceparent?: string,
): string | undefined {
  const observed = observer.begin("call-1", CALLABLE, request(traceparent));
  for (const step of ["admit", "validate", "run"] as const) observed.step(step);
  observed.end(callRecord(changes));
  return observed.traceId;
}

interface Posted {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** A receiver of OTLP over HTTP, as JSON. */
async function collector(posted: Posted[]) {
  const take = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await json(incoming);
    posted.push({ path: incoming.url ?? "", headers: incoming.headers, body });
    response.setHeader("content-type", "application/json").end("{}");
  };
  return serve((incoming, response) => void take(incoming, response));
}

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly events: readonly { readonly name: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly status: { readonly code: number };
}

function spansIn(posted: readonly Posted[]): OtlpSpan[] {
  return posted
    .filter(({ path }) => path === "/v1/traces")
    .flatMap(({ body }) =>
      (body as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }).resourceSpans.flatMap(
        ({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans),
      ),
    );
}

const otlpTo = (endpoint: string) => ({ otlp: { endpoint, everyMs: 200, sample: 1 } });

it("what is read, got and completed is named by its own method", () => {
  const named = (what: "resource" | "prompt" | "completion") =>
    attributesOf(callRecord({ what, tool_name: "notes://one" }));
  const same = { "glovebox.plugin": "web", "glovebox.status": "success" };
  assert.deepEqual(named("resource"), {
    "mcp.method.name": "resources/read",
    "mcp.resource.uri": "notes://one",
    ...same,
  });
  assert.deepEqual(named("prompt"), {
    "mcp.method.name": "prompts/get",
    "gen_ai.prompt.name": "notes://one",
    ...same,
  });
  assert.deepEqual(named("completion"), { "mcp.method.name": "completion/complete", ...same });
});

describe("telemetry by OTLP", () => {
  it("sends a span for each call with its steps, below the client's own, and metrics", async () => {
    const posted: Posted[] = [];
    await using server = await collector(posted);
    const telemetry = open(otlpTo(server.origin), "authorization=Bearer%20abc,x-team=a");
    assert.equal(call(telemetry, {}, `00-${TRACE}-${SPAN}-01`), TRACE);
    const own = call(telemetry, { status: "failed", error_code: "TIMEOUT" }, "nonsense");
    assert.match(own ?? "", /^[0-9a-f]{32}$/);
    await telemetry.close();
    await until(() => posted.some(({ path }) => path === "/v1/metrics"), "metrics");
    const [first, second] = spansIn(posted);
    assert.equal(first?.name, "tools/call web__fetch");
    assert.equal(first.traceId, TRACE);
    assert.equal(first.parentSpanId, SPAN);
    assert.deepEqual(
      first.events.map(({ name }) => name),
      ["admit", "validate", "run"],
    );
    const attribute = (span: OtlpSpan | undefined, name: string): unknown =>
      Object.values(span?.attributes.find(({ key }) => key === name)?.value ?? {})[0];
    assert.equal(attribute(first, "gen_ai.tool.name"), "web__fetch");
    assert.equal(attribute(first, "mcp.method.name"), "tools/call");
    assert.equal(attribute(second, "error.type"), "TIMEOUT");
    assert.equal(second?.status.code, 2);
    assert.equal(second.traceId, own);
    assert.equal(posted[0]?.headers["authorization"], "Bearer abc");
    assert.equal(posted[0].headers["x-team"], "a");
    const metrics = JSON.stringify(posted.filter(({ path }) => path === "/v1/metrics"));
    assert.match(metrics, /mcp\.server\.operation\.duration/);
  });

  it("keeps the share of traces that was asked for, and no client can make it more", async () => {
    const posted: Posted[] = [];
    await using server = await collector(posted);
    const telemetry = open({ otlp: { ...otlpTo(server.origin).otlp, sample: 0 } });
    for (let count = 0; count < 20; count += 1) call(telemetry, {}, `00-${TRACE}-${SPAN}-01`);
    await telemetry.close();
    assert.deepEqual(spansIn(posted), []);
  });

  it("waits for no collector that does not answer", async () => {
    await using server = await serve(() => undefined);
    const telemetry = open(otlpTo(server.origin));
    for (let count = 0; count < 5000; count += 1) call(telemetry);
    // It comes back, whatever the collector does.
    await telemetry.close();
  });
});

async function scrape(act: (telemetry: Telemetry) => void): Promise<string[]> {
  const telemetry = open({ prometheus: { host: "127.0.0.1", port: 1 } });
  try {
    act(telemetry);
    return ((await telemetry.metrics?.()) ?? "").split("\n");
  } finally {
    await telemetry.close();
  }
}

/** A line of the Prometheus text format that is no comment: a name, labels, a number. */
const SAMPLE =
  /^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*\})? -?[0-9.e+Inf]+$/;

describe("metrics for Prometheus", () => {
  it("are text that Prometheus reads, with calls, refusals, findings, waivers and suspensions", async () => {
    const lines = await scrape((telemetry) => {
      call(telemetry, {
        denied: [{ operation: "http.send", tag: "refused-by-policy", reason: "secret" }],
        findings: [{ id: "secrets.github-token", severity: "high", where: "x" }],
      });
    });
    for (const line of lines) if (line !== "" && !line.startsWith("#")) assert.match(line, SAMPLE);
    const text = lines.join("\n");
    assert.match(
      text,
      /mcp_server_operation_duration_(seconds_)?count\{.*gen_ai_tool_name="web__fetch".*\} 1/,
    );
    assert.match(text, /glovebox_denied(_total)?\{.*operation="http\.send".*\} 1/);
    assert.match(text, /glovebox_findings(_total)?\{.*finding="secrets\.github-token".*\} 1/);
    assert.match(text, /glovebox_waivers\{.*gate="ring5".*\} 1/);
    assert.match(text, /glovebox_plugins_suspended\{.*plugin="db".*\} 1/);
    assert.match(text, /glovebox_probes_held(?:\{.*\})? 2/);
    assert.match(text, /glovebox_probes_escaped(?:\{.*\})? 1/);
    assert.match(text, /glovebox_probes_last_run\w*(?:\{.*\})? 1795305600/);
    assert.match(text, /glovebox_calls_active\{.*plugin="web".*\} 0/);
  });

  it("have no label that callers or plugins can make many of", async () => {
    const lines = await scrape((telemetry) => {
      for (let count = 0; count < 3000; count += 1)
        call(telemetry, {
          principal: `principal-${count}`,
          tenant: `tenant-${count}`,
          session_id: `session-${count}`,
          call_id: `call-${count}`,
          destinations: [
            {
              scheme: "https",
              host: `host-${count}.example`,
              port: 443,
              region: `region-${count}`,
            },
          ],
          denied: [
            { operation: `made-up-${count}`, tag: "refused-by-policy", reason: `r${count}` },
          ],
        });
    });
    const text = lines.join("\n");
    for (const word of ["principal-", "tenant-", "session-", "call-1", "host-", "r1"])
      assert.equal(text.includes(word), false, word);
    assert.ok(lines.length < 700, `${lines.length} lines`);
  });
});
