// glovebox-server bare|full: our server with a tool in process. `full` has everything on that a company would have on.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchBrokers } from "../../../runtime/audit/watch-brokers.ts";
import { makeCallTool, PLAIN_STEPS, type CallableTool } from "../../../runtime/call.ts";
import { releaseThrough } from "../../../runtime/filter-answer.ts";
import { DEFAULT_FILTER, makeFilterPolicy } from "../../../runtime/firewall/filter/policy.ts";
import { compileValidator } from "../../../runtime/plugin/schema/validator.ts";
import { DEFAULT_HTTP } from "../../../runtime/policy/server/http-configuration.ts";
import { openAudit } from "../../../runtime/powers/audit-file.ts";
import { makeFilePowers } from "../../../runtime/powers/files.ts";
import { listenHttp } from "../../../runtime/powers/http-listener.ts";
import { makeToolScopes } from "../../../runtime/policy/tool-scopes.ts";
import { makeApiKey } from "../../../runtime/server/auth/api-key.ts";
import { makeApiKeys } from "../../../runtime/server/auth/api-keys.ts";
import { formatKeyFile } from "../../../runtime/server/auth/key-file.ts";
import { LOCAL_ONLY } from "../../../runtime/server/auth/local-only.ts";
import { serveHttp } from "../../../runtime/server/http/serve-http.ts";
import { makeAdmit } from "../../../runtime/server/limits/admit.ts";
import { makeMemoryMeter } from "../../../runtime/server/limits/memory-meter.ts";
import { makeRequestGuard } from "../../../runtime/server/limits/request-guard.ts";
import { PRINCIPALS } from "./plan.ts";
import { announce } from "./announce.ts";
import { answerEcho, TOOL, TOOL_NAME } from "./tool.ts";

const isFull = process.argv[2] === "full";
const folder = mkdtempSync(join(tmpdir(), "glovebox-bench-http-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const AMPLE = { perMinute: 1_000_000, burst: 1_000_000, concurrent: 1000, perDay: 1_000_000_000 };
const RATE = {
  default: AMPLE,
  tools: {},
  tenant: {},
  callers: [],
  requests: AMPLE,
  refused: AMPLE,
  whenAway: "refuse",
} as const;

const callable: CallableTool = {
  exposedName: TOOL_NAME,
  tool: TOOL,
  validateArguments: compileValidator(TOOL.inputSchema),
  validateResult: undefined,
  plugin: {
    alias: "bench",
    name: "bench",
    version: "1.0.0",
    component: `sha256:${"0".repeat(64)}`,
    watch: watchBrokers([]),
    deadlineMs: 10_000,
    sealed: {
      call: ({ args: [, text] }) =>
        Promise.resolve({
          value: JSON.stringify(answerEcho(JSON.parse(text as string))),
          durationMs: 0,
          hostCalls: 0,
          logBytesDropped: 0,
        }),
      close: () => Promise.resolve(),
    },
  },
};

const keys = isFull ? Array.from({ length: PRINCIPALS }, makeApiKey) : [];
const keyFile = Buffer.from(
  formatKeyFile(
    keys.map(({ id, hash }, index) => ({
      id,
      hash,
      name: `client-${index}`,
      tenant: `tenant-${index % 10}`,
      scopes: [],
      created: "2026-01-01T00:00:00.000Z",
      expires: null,
    })),
  ),
);

const callTool = makeCallTool({
  tools: new Map([[TOOL_NAME, callable]]),
  audit: isFull
    ? openAudit(join(folder, "audit.jsonl"), makeFilePowers())
    : { write: () => undefined, close: () => undefined },
  seal: "none",
  steps: isFull
    ? releaseThrough(makeFilterPolicy(DEFAULT_FILTER), {
        ...PLAIN_STEPS,
        admit: makeAdmit(RATE, makeMemoryMeter()),
      })
    : PLAIN_STEPS,
});

const serving = await serveHttp(
  {
    http: { ...DEFAULT_HTTP, listen: { host: "127.0.0.1", port: 0 } },
    authenticator: isFull
      ? makeApiKeys({
          file: "keys",
          files: { stampOf: () => "1", readPrivate: () => keyFile },
          scopes: makeToolScopes(undefined),
          noteTrouble: console.error,
          nowMs: () => Date.now(),
        })
      : LOCAL_ONLY,
    ...(isFull ? { guard: makeRequestGuard(RATE) } : {}),
    places: [
      {
        path: "/mcp",
        mcp: {
          version: "0.0.0",
          tools: [{ exposedName: TOOL_NAME, alias: "bench", tool: TOOL }],
          callTool,
          reportDebt: () => ({ report: {}, text: "{}" }),
        },
      },
    ],
    onError: console.error,
  },
  (handler) =>
    listenHttp(
      {
        host: "127.0.0.1",
        port: 0,
        headerBytesMax: 16_384,
        connectionsMax: 2000,
        receiveMsMax: 15_000,
      },
      handler,
    ),
);
announce(
  { ...serving.address, address: "", family: "" },
  keys.map(({ text }) => text),
);
