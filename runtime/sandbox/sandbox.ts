import type { CapabilityBroker, CallScope } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import type { Limits } from "./limits.ts";

/** Which form of ring 5 holds runners on this machine, as probed, not as hoped. */
export type SealName = "bubblewrap" | "landlock" | "seatbelt" | "none";

export interface Seal {
  readonly name: SealName;
  /** What the probe saw denied from inside a runner, by name of the attempt. */
  readonly denied: readonly string[];
  /** What the probe saw succeed that must not. Not empty means: ring 5 is not in force. */
  readonly allowed: readonly string[];
  /** Why a better form is not in force: for `doctor`. */
  readonly remarks: readonly string[];
  /** What else holds a runner, or does not and why, one by one. */
  readonly measures: readonly Measure[];
}

/** One measure of ring 5 on this machine. `says` names no path. */
export interface Measure {
  readonly name: string;
  readonly inForce: boolean;
  readonly says: string;
}

/** What a runner loads: a component after transpile, whose generated code is attacker-controlled code; or an Extism plugin. */
export interface Transpiled {
  /** Set for an Extism plugin, which is one module with an empty script: what host and plugin may hand to each other. */
  readonly kernelBytes?: number;
  readonly script: Uint8Array;
  readonly modules: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Said by whoever laid the modules' state open too. Without it each call gets a new instance. */
  readonly restorable?: true;
  /** Why it cannot be said: something of an instance's state cannot be restored. */
  readonly fresh?: string;
}

export interface PluginCall {
  readonly scope: CallScope;
  /** Whose data the call sees; the local tenant's where it is left out. */
  readonly tenant?: string;
  /** Export path: `["tools", "callTool"]`. */
  readonly export: readonly string[];
  readonly args: readonly JsonValue[];
  /** The arguments are values of the component's own types, and the answer is wanted as one: see `runTyped`. */
  readonly typed?: true;
  readonly context: JsonValue;
  /** In the place of `limits.deadlineMs`. */
  readonly deadlineMs?: number;
  readonly onLog?: (level: string, message: string) => void;
  readonly onProgress?: (
    progress: number,
    total: number | undefined,
    message: string | undefined,
  ) => void;
  /** What clients may have read has changed, says the plugin. Nothing of it was checked but its shape. */
  readonly onChange?: (change: Change) => void;
  /** What the call took, once, when its runner is done with it. Not for a call that never reached one. */
  readonly onSpent?: (spent: Spent) => void;
}

export type Change =
  | { readonly what: "tools" | "prompts" | "resources" }
  | { readonly what: "updated"; readonly uri: string };

export interface Spent {
  readonly hostCalls: number;
  /** Bytes of log lines over `limits.logBytes`, a line counting 200 besides its text. */
  readonly logBytesDropped: number;
}

/** How a call ended when the plugin answered. Every other end is a `SandboxError`. */
export interface PluginAnswer extends Spent {
  readonly value: JsonValue;
  readonly err?: JsonValue;
  readonly durationMs: number;
}

/** One plugin, loaded behind the seal. Runners start on demand. */
export interface SealedPlugin {
  /** Throws `SandboxError` (`ERR_CALL_DEADLINE`, `ERR_CALL_CANCELLED`, `ERR_OVERLOADED`, …). */
  call(call: PluginCall): Promise<PluginAnswer>;
  close(): Promise<void>;
}

/**
 * What calls of one plugin share, one after the other: `plugin`: a process and an instance, which is restored after each
 * call; `instance`: a process, with a new instance for each call; `call`: nothing, each has a process of its own.
 * What native code leaves in a process, after it got out of its instance, only the last forgets.
 */
export type Isolation = "plugin" | "instance" | "call";

export interface SealedPluginOptions {
  readonly plugin: string;
  /** Default: `plugin`. */
  readonly isolation?: Isolation;
  readonly transpiled: Transpiled;
  readonly limits: Limits;
  readonly granted: readonly string[];
  readonly brokers: readonly CapabilityBroker[];
}

/** The machine's seal, probed once, and the only maker of runners. */
export interface Sandbox {
  readonly seal: Seal;
  openPlugin(options: SealedPluginOptions): SealedPlugin;
  /** Runs jco's transpile on hostile bytes in a throw-away sealed process with time, heap and output caps. */
  transpile(component: Uint8Array): Promise<Transpiled>;
  close(): Promise<void>;
}
