import type { JsonValue } from "@glovebox/host-api/json";

/**
 * The channel between broker and runner: fd 3, frames of
 *
 *     u32le header length | u32le body length | header (JSON, UTF-8) | body (raw bytes)
 *
 * The broker holds what the runner sends for hostile: length caps, a schema per message, and a state machine
 * (one call at a time; a frame out of turn ends the runner). The runner trusts the broker.
 * Short calls may be sent behind the one that runs: the runner begins each when the one before it has ended.
 */
export const PROTOCOL_VERSION = 1;
export const HEADER_BYTES_MAX = 256 * 1024;
export const BODY_BYTES_MAX = 16 * 1024 * 1024;
/** Broker → runner: arguments and answers are JSON in the header, and the runner trusts the broker. */
export const TO_RUNNER_HEADER_BYTES_MAX = 16 * 1024 * 1024;

/**
 * How long either end stays awake for what is about to come: about what it costs on a virtual machine that all who wait
 * for each other fall asleep and are woken.
 */
export const AWAKE_MS = 0.5;

/** Broker → runner, once: code to load. The body is the concatenation of script and modules. */
export interface LoadMessage {
  readonly t: "load";
  /** Bytes of the binding script at the start of the body. */
  readonly scriptBytes: number;
  /** Core modules in the order of the body, by the file name that the script asks for. */
  readonly modules: readonly (readonly [name: string, bytes: number])[];
  /** Names of granted capabilities, for powers that a runner has by itself. Advice, not authority. */
  readonly granted: readonly string[];
  /** For an Extism plugin, which is one module without a script: what host and plugin may hand to each other at one time. */
  readonly kernelBytes?: number;
  /** Whether an instance may be restored after a call, instead of being made anew for each. */
  readonly reset: boolean;
}

/** Broker → runner: one call, on an instance that is as if no other call had touched it. */
export interface CallMessage {
  readonly t: "call";
  readonly id: number;
  /** Export path: `["tools", "callTool"]`. */
  readonly export: readonly string[];
  readonly args: readonly JsonValue[];
  /** Arguments and answer are values of the component's own types: see `runTyped`. */
  readonly typed?: true;
  readonly context: JsonValue;
  /** What the runner waits for from here on will come within a moment: it stays awake that long. */
  readonly awake?: true;
}

/** Broker → runner: the answer to a host call. Bytes travel in the body. */
export interface AnswerMessage {
  readonly t: "answer";
  readonly seq: number;
  readonly value?: JsonValue;
  /** A tag of `HOST_ERROR_TAGS`; then there is no value. */
  readonly refused?: string;
}

/** Runner → broker: alive and sealed. */
export interface ReadyMessage {
  readonly t: "ready";
  readonly protocol: number;
}
/** Runner → broker: the component is loaded and a first instance stands ready, or it failed. */
export interface LoadedMessage {
  readonly t: "loaded";
  readonly failed?: string;
}
/** Runner → broker: a host call. `seq` counts up from 1 within the call. */
export interface HostMessage {
  readonly t: "host";
  readonly id: number;
  readonly seq: number;
  readonly op: string;
  readonly args: readonly JsonValue[];
}
/** Runner → broker: a log line, progress or a change, without an answer. Counted against the call's limits. */
export interface NoteMessage {
  readonly t: "note";
  readonly id: number;
  readonly op: "log" | "progress" | "notify";
  readonly args: readonly JsonValue[];
}
/** Runner → broker: the call's end. A string result travels in the body as UTF-8, any other in `value`. */
export interface ResultMessage {
  readonly t: "result";
  readonly id: number;
  readonly value?: JsonValue;
  /** A WIT `err` payload, for functions that return `result`. */
  readonly err?: JsonValue;
  /** The instance trapped: a short class of what happened, never guest text. */
  readonly trap?: "trap" | "stack" | "memory" | "exit" | "error" | "output";
}

export type ToRunner = LoadMessage | CallMessage | AnswerMessage;
export type FromRunner = ReadyMessage | LoadedMessage | HostMessage | NoteMessage | ResultMessage;
