// One tool whose plugin behaves as a test says, and everything that is audited of its calls.
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { HostError } from "@glovebox/host-api/errors";
import { RUNTIME_ERROR_CODES, type ToolAnswer } from "../../runtime/answer.ts";
import type { AuditRecord, CallRecord } from "../../runtime/audit/record.ts";
import { watchBrokers } from "../../runtime/audit/watch-brokers.ts";
import {
  LOCAL_CALLER,
  makeCallTool,
  PLAIN_STEPS,
  type CallableTool,
  type CallRequest,
} from "../../runtime/call.ts";
import { TOOL_ERROR_CODES } from "../../runtime/firewall/outcome.ts";
import { makePrincipal } from "../../runtime/policy/principal.ts";
import { compileValidator } from "../../runtime/plugin/schema/validator.ts";
import type { PluginAnswer, PluginCall } from "../../runtime/sandbox/sandbox.ts";

export const CODES: readonly string[] = [...RUNTIME_ERROR_CODES, ...TOOL_ERROR_CODES];
export const SECRET = "/home/operator/.ssh/id_rsa postgres://u:p@10.0.0.7/db";
const INPUT: JsonObject = {
  type: "object",
  properties: { zone: { type: "string", maxLength: 20 } },
  required: ["zone"],
  additionalProperties: false,
};
export const OUTPUT: JsonObject = {
  type: "object",
  properties: { time: { type: "string" } },
  required: ["time"],
};
export const GOOD: JsonObject = { zone: "Europe/Paris" };

export const ANN = makePrincipal({
  via: "token",
  tenant: "acme",
  subject: "ann",
  client: "desk",
  scopes: ["time:read"],
});

type Behave = (call: PluginCall) => PluginAnswer | Promise<PluginAnswer>;

interface Options {
  readonly outputSchema?: JsonObject;
  readonly write?: (record: AuditRecord) => void;
  readonly scopes?: readonly string[];
}

/** One tool whose plugin behaves as told, and everything that was audited. */
export function makeWorld(behave: Behave, { outputSchema, write, scopes }: Options = {}) {
  const records: AuditRecord[] = [];
  const calls: PluginCall[] = [];
  const deny = () => {
    throw new HostError("refused-by-policy", SECRET);
  };
  const watch = watchBrokers([{ operations: { "http.send": deny } }]);
  const tool: CallableTool = {
    exposedName: "time__now",
    tool: {
      name: "now",
      description: "The time.",
      inputSchema: INPUT,
      ...(outputSchema ? { outputSchema } : {}),
    },
    validateArguments: compileValidator(INPUT),
    validateResult: outputSchema && compileValidator(outputSchema),
    plugin: {
      alias: "time",
      name: "acme-time",
      version: "1.2.3",
      component: "sha256:00",
      deadlineMs: 1000,
      watch,
      sealed: {
        call: async (call) => {
          calls.push(call);
          call.onSpent?.({ hostCalls: 3, logBytesDropped: 7 });
          return behave(call);
        },
        close: async () => {},
      },
    },
  };
  const callTool = makeCallTool({
    tools: new Map([[tool.exposedName, tool]]),
    seal: "landlock",
    steps: PLAIN_STEPS,
    ...(scopes ? { scopes: { of: () => scopes } } : {}),
    audit: { write: write ?? ((record) => void records.push(record)), close: () => {} },
  });
  const run = (request: Partial<CallRequest> = {}) =>
    callTool({
      name: "time__now",
      arguments: GOOD,
      caller: LOCAL_CALLER,
      signal: new AbortController().signal,
      ...request,
    });
  return { run, records, calls, watch };
}

export function answering(value: unknown): Behave {
  return () => ({
    value: (typeof value === "string" ? value : JSON.stringify(value)) as JsonValue,
    durationMs: 1,
    hostCalls: 3,
    logBytesDropped: 7,
  });
}

export function throwing(error: unknown): Behave {
  return () => {
    throw error;
  };
}

export const codeOf = (answer: ToolAnswer) => answer.error?.error_code;
export const recordOf = ({ records }: { records: AuditRecord[] }) => records.at(-1) as CallRecord;
