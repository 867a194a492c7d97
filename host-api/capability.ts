import type { AskRequests } from "./ask/request.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { Powers, SealOptions } from "./powers.ts";

/**
 * One kind of power. `registry.ts` holds the implementation of each; a name that is not here does not exist.
 * Log, progress, notify and context are not here: they carry no authority, so nobody grants them.
 */
export const CAPABILITY_NAMES = [
  "filesystem",
  "http",
  "kv",
  "env",
  "clock",
  "random",
  "ask",
] as const;

export type CapabilityName = (typeof CAPABILITY_NAMES)[number];

/** What a runner asks of the broker. Every field was written by a process that is assumed hostile. */
export interface HostRequest {
  readonly args: readonly JsonValue[];
  readonly body: Uint8Array;
}

/** What the broker answers: a small JSON value, and bytes beside it where the operation returns bytes. */
export interface HostAnswer {
  readonly value: JsonValue;
  readonly body?: Uint8Array;
}

/** Where a connection goes. `host` is a name or an address, IPv6 in brackets; `region` is what the operator says of it. */
export interface Destination {
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  readonly region: string | null;
}

/** The call on whose behalf an operation runs. It comes from the channel, never from the message. */
export interface CallScope {
  readonly callId: string;
  readonly plugin: string;
  readonly tool: string;
  /** Aborted when the call ends, however it ends. */
  readonly signal: AbortSignal;
  /** Hears of every connection just before it is made, and of no path. Throws `HostError` where there are too many to be kept. */
  readonly connects?: (to: Destination) => void;
  /** The answers to what is asked, by the same keys; undefined when one is missing, and then the call has ended. Throws `HostError`. */
  readonly ask?: (requests: AskRequests) => Readonly<Record<string, JsonObject>> | undefined;
}

/** One host operation. It validates `request` itself and throws `HostError` for every refusal. */
export type HostOperation = (
  request: HostRequest,
  call: CallScope,
) => HostAnswer | Promise<HostAnswer>;

/** The authority behind one grant, held by the broker for one plugin. */
export interface CapabilityBroker {
  /** Operations by wire name, each prefixed by the capability: `kv.get`. */
  readonly operations: Readonly<Record<string, HostOperation>>;
  /** Drops what a call left open (descriptors, bodies). Called once, when the call has ended. */
  endCall?(callId: string): void;
  close?(): void | Promise<void>;
}

/** Where one plugin's own state lives. The capability opens what it needs below it through `Powers`. */
export interface PluginHome {
  /** The plugin's alias in this workspace. */
  readonly plugin: string;
  /** Absolute path of a folder that belongs to this plugin and this tenant alone. */
  readonly folder: string;
  /** Undefined for whoever runs the host on their own machine. */
  readonly tenant?: string;
  /** Regions that what the tenant sends must stay in. Undefined binds it to none; an empty list lets it reach nothing. */
  readonly regions?: readonly string[];
  /** How what is kept in the folder is encrypted; undefined where the operator wants no encryption. */
  readonly seal?: SealOptions;
}

/** What a plugin that has a capability can do with it: the debt report says it of every plugin that has one. */
export interface Consequence<Grant extends JsonValue> {
  /** What follows "the plugin can". Names no host, path or value of a grant: agents read it. */
  readonly can: string;
  readonly severity: "low" | "medium";
  /** Ids of the OWASP MCP Top 10. */
  readonly references: readonly string[];
  /** Where to, for operators: `api.example.com`. */
  whereTo?(grant: Grant): string;
}

/**
 * One capability, whole: how its grant is read, written and compared, and the authority behind it.
 * `Grant` is plain JSON data, so that it can be digested and pinned.
 */
export interface Capability<Grant extends JsonValue> {
  readonly name: CapabilityName;
  /** One line for operators: what granting this means. */
  readonly meaning: string;
  /** What it means for whoever relies on what plugins cannot do. */
  readonly consequence: Consequence<Grant>;
  /** Component-level imports it serves, without version: `glovebox:plugin/kv`, `wasi:filesystem/types`. */
  readonly interfaces: readonly string[];
  /** Reads a grant from configuration or a manifest's request. Unknown keys are errors. Throws `GrantError`. */
  parseGrant(value: unknown): Grant;
  /** Reads the text of `--grant NAME=TEXT` (empty when no `=`) into what the configuration would say. Throws `GrantError`. */
  parseFlag(text: string): JsonValue;
  /** One line for people: `read-write, at most 64 MiB`. */
  formatGrant(grant: Grant): string;
  /** Whether everything `requested` allows is also allowed by `granted`. */
  covers(granted: Grant, requested: Grant): boolean;
  /** Opens the authority. May create folders below `home.folder`. */
  makeBroker(grant: Grant, home: PluginHome, powers: Powers): CapabilityBroker;
}
