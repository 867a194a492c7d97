import { setTimeout as sleep } from "node:timers/promises";
import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonObject, JsonValue } from "@glovebox/host-api/json";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import type { ToolAnswer } from "../../runtime/answer.ts";
import type { AuditRecord, EventRecord } from "../../runtime/audit/record.ts";
import { watchBrokers } from "../../runtime/audit/watch-brokers.ts";
import {
  makeCallTool,
  PLAIN_STEPS,
  type CallableTool,
  type Caller,
  type CallRequest,
} from "../../runtime/call.ts";
import { Conversations } from "../../runtime/consent/conversations.ts";
import { CONSENT_KEY } from "../../runtime/consent/hear-human.ts";
import { makeConsent } from "../../runtime/consent/make-consent.ts";
import { withStoreTaints } from "../../runtime/consent/store-taints.ts";
import { makePlanner } from "../../runtime/consent/tool-plan.ts";
import { traceStores } from "../../runtime/consent/trace-stores.ts";
import { ASKS_NOTHING, type GivenInputs } from "../../runtime/inputs.ts";
import type { ToolAnnotations } from "../../runtime/plugin/formats.ts";
import { compileValidator } from "../../runtime/plugin/schema/validator.ts";
import type { Approvals } from "../../runtime/policy/approvals.ts";
import type { PluginConfiguration } from "../../runtime/policy/configuration.ts";
import { drawFlow } from "../../runtime/policy/flow/paths.ts";
import { DEFAULT_FLOW, type FlowPolicy } from "../../runtime/policy/flow/policy.ts";
import type { PluginCall } from "../../runtime/sandbox/sandbox.ts";
import { makeSharedAsked } from "../../runtime/server/consent/shared-asked.ts";
import { makeSharedDesk } from "../../runtime/server/consent/shared-desk.ts";
import { makeSharedTaints } from "../../runtime/server/consent/shared-taints.ts";
import { makeMemoryStore } from "../../runtime/server/store/memory-store.ts";

/** One plugin of a made-up set, with one tool `do`. */
export interface MadePlugin {
  readonly grants: Readonly<Partial<Record<CapabilityName, JsonValue>>>;
  readonly approvals?: Approvals;
  readonly annotations?: ToolAnnotations;
  /** It may ask the client. */
  readonly asks?: true;
  /** What the sealed plugin does. */
  readonly behave?: (call: PluginCall, use: UseHost) => ToolAnswer | Promise<ToolAnswer>;
}

/** A host operation on behalf of a call, as its runner asks for it. */
export type UseHost = (call: PluginCall, operation: string, args?: readonly JsonValue[]) => unknown;

export const PUBLIC_WEB = { allow: [{ host: "example.com" }] };
export const ALICE = callerOf("alice", "a1", true);

export function callerOf(id: string, conversation: string, form: boolean): Caller {
  return {
    principal: { via: "key", tenant: "acme", id },
    conversation,
    can: { ...ASKS_NOTHING, form, sampling: true },
  };
}

/** What replicas, restarts and processes have in common. */
export function makeSharedParts() {
  let nowMs = 1_000_000;
  const folder = new Map<string, Uint8Array>();
  return {
    store: makeMemoryStore(() => nowMs),
    nowMs: () => nowMs,
    pass: (ms: number) => void (nowMs += ms),
    files: {
      readFile: (path: string) => folder.get(path),
      writeFile: (path: string, bytes: Uint8Array | string) =>
        void folder.set(path, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes),
      makeFolder: () => undefined,
      kindOf: (path: string) => (folder.has(path) ? ("file" as const) : ("nothing" as const)),
    },
  };
}

/** A server of one profile over made-up plugins: everything is real but what runs behind the seal. */
export function makeConsentWorld(
  made: Readonly<Record<string, MadePlugin>>,
  options: {
    readonly flow?: Partial<FlowPolicy>;
    readonly profile?: string;
    readonly shared?: ReturnType<typeof makeSharedParts>;
  } = {},
) {
  const shared = options.shared ?? makeSharedParts();
  const { store, nowMs } = shared;
  const { profile } = options;
  const records: AuditRecord[] = [];
  const ran: JsonValue[] = [];
  const flow: FlowPolicy = { ...DEFAULT_FLOW, ...options.flow };
  const plugins = Object.fromEntries(
    Object.entries(made).map(([alias, { grants, approvals }]) => [
      alias,
      {
        grants: Object.fromEntries(
          Object.entries(grants).map(([name, grant]) => [
            name,
            CAPABILITIES[name as CapabilityName].parseGrant(grant),
          ]),
        ),
        ...(approvals ? { approvals } : {}),
      } as unknown as PluginConfiguration,
    ]),
  );
  const tools = Object.fromEntries(Object.keys(made).map((alias) => [alias, [`${alias}__do`]]));
  const set = { ...(profile === undefined ? {} : { name: profile }), plugins: Object.keys(made) };
  const graph = drawFlow(set, { plugins, tools, inside: flow.inside });
  const desk = makeSharedDesk(store, nowMs);
  const audit = { write: (record: AuditRecord) => void records.push(record), close: () => {} };
  const consent = makeConsent({
    profile,
    planOf: makePlanner(graph, { plugins, flow }, new Map([["web", ["acme"]]]), nowMs),
    after: flow.after,
    conversations: new Conversations({
      store: withStoreTaints(makeSharedTaints(store, nowMs), "/taint", shared.files),
      profile,
      windowMs: flow.windowMs,
      nowMs,
    }),
    asked: makeSharedAsked(store, nowMs),
    desk,
    audit,
    nowMs,
  });
  const callables = Object.entries(made).map(([alias, plugin]): [string, CallableTool] => {
    const operations = Object.fromEntries(
      ["kv.get", "kv.set", "kv.keys", "filesystem.readFile", "filesystem.open", "http.start"].map(
        (name) => [name, () => ({ value: null })],
      ),
    );
    const brokers = traceStores([{ operations }], `${profile ?? ""}/data/${alias}`, consent.touch);
    const use: UseHost = ({ scope }, operation, args = []) =>
      brokers[0]?.operations[operation]?.({ args, body: new Uint8Array() }, scope);
    const inputSchema: JsonObject = { type: "object" };
    return [
      `${alias}__do`,
      {
        exposedName: `${alias}__do`,
        tool: {
          name: "do",
          description: "Does it.",
          inputSchema,
          ...(plugin.annotations ? { annotations: plugin.annotations } : {}),
        },
        validateArguments: compileValidator(inputSchema),
        validateResult: undefined,
        plugin: {
          alias,
          name: `acme-${alias}`,
          version: "1.0.0",
          component: `sha256:${"0".repeat(64)}`,
          deadlineMs: 1000,
          ...(plugin.asks ? { asks: plugin.asks } : {}),
          watch: watchBrokers(brokers),
          calling: {
            validatorOf: () => compileValidator(inputSchema),
            resultValidatorOf: () => undefined,
            begin: (_tool, args) => ({
              export: ["tools", "callTool"],
              args: [JSON.stringify(args)],
            }),
            readOutcome: (_tool, { value }) => value as never,
          },
          sealed: {
            async call(call) {
              ran.push([alias, ...(call.args as JsonValue[])]);
              const value = (await plugin.behave?.(call, use)) ?? { content: [] };
              return {
                value: value as unknown as JsonValue,
                durationMs: 1,
                hostCalls: 0,
                logBytesDropped: 0,
              };
            },
            close: async () => {},
          },
        },
      },
    ];
  });
  const callTool = makeCallTool({
    tools: new Map(callables),
    seal: "landlock",
    steps: { ...PLAIN_STEPS, ...consent },
    audit,
  });
  const call = (
    alias: string,
    args: JsonObject = {},
    caller: Caller = ALICE,
    given?: GivenInputs,
    more: Partial<CallRequest> = {},
  ): Promise<ToolAnswer> =>
    callTool({
      name: `${alias}__do`,
      arguments: args,
      caller,
      signal: new AbortController().signal,
      ...(given ? { given } : {}),
      ...more,
    });
  /** Answers what was asked, as a client does. */
  const answer = (
    alias: string,
    asked: ToolAnswer,
    response: JsonObject,
    args: JsonObject = {},
    caller: Caller = ALICE,
  ): Promise<ToolAnswer> =>
    call(alias, args, caller, {
      responses: { [CONSENT_KEY]: response },
      state: asked.needs?.state ?? {},
    });
  const decisions = (): unknown[] =>
    records
      .filter((record): record is EventRecord => record.kind === "event")
      .map(({ detail }) => detail?.["decision"]);
  const known: ReadonlyMap<string, CallableTool> = new Map(callables);
  return {
    call,
    answer,
    records,
    decisions,
    ran,
    desk,
    shared,
    graph,
    callTool,
    sleep,
    callables: known,
  };
}

export const ACCEPT: JsonObject = { action: "accept", content: { approve: true } };
export const DECLINE: JsonObject = { action: "decline" };
export const codeOf = ({ error }: ToolAnswer): string | undefined => error?.error_code;
