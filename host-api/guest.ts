import type { CapabilityName } from "./capability.ts";
import type { CallStates } from "./call-states.ts";
import type { JsonValue } from "./json.ts";

/**
 * The runner's end of a host call, as the guest-side objects see it.
 * `call` blocks until the broker answered; a refusal is thrown as `GuestRefusal`.
 * While no call runs (an instance is being made ahead) there is nobody to ask: every `call` is refused as `not-permitted`.
 */
export interface GuestChannel {
  call(operation: string, args: readonly JsonValue[], body?: Uint8Array): GuestAnswer;
}

/** A note travels one way: no answer is awaited, and the broker drops what is over the call's limits. */
export type NoteName = "log" | "progress" | "notify";

export interface GuestAnswer {
  readonly value: JsonValue;
  readonly body: Uint8Array;
}

/** A refusal that came back over the channel. `tag` is one of `HOST_ERROR_TAGS`. */
export class GuestRefusal extends Error {
  override readonly name = "GuestRefusal";
  readonly tag: string;
  constructor(tag: string) {
    super(tag);
    this.tag = tag;
  }
}

/**
 * The guest asked to exit. That is how a call of its own types may end when the status is 0; any other call ends with the
 * trap `exit`. The instance is not used again.
 */
export class GuestExit extends Error {
  override readonly name = "GuestExit";
  readonly status: number;
  constructor(status: number) {
    super("exit");
    this.status = status;
  }
}

/**
 * A host call on behalf of a `glovebox:plugin` function: a refusal is thrown as its bare tag,
 * which jco's generated code takes for the `err` of the function's `result`.
 */
export function callOrThrowTag(
  channel: GuestChannel,
  operation: string,
  args: readonly JsonValue[],
  body?: Uint8Array,
): GuestAnswer {
  try {
    return channel.call(operation, args, body);
  } catch (error) {
    if (error instanceof GuestRefusal) throw error.tag;
    throw error;
  }
}

/** What a guest-side capability may know when it builds its objects. */
export interface GuestSetting {
  readonly channel: GuestChannel;
  /** Sends a log line (`[level, message]`), progress (`[progress, total | null, message | null]`) or a change (`[what, uri | null]`) without waiting. */
  note(name: NoteName, args: readonly JsonValue[]): void;
  /** Names of the granted capabilities: for powers the runner has by itself (clock, random). The broker never relies on it. */
  readonly granted: ReadonlySet<CapabilityName>;
  /** Per-call notes that the runner keeps: cleared before each call. */
  readonly call: { readonly context: JsonValue };
  /** The only place for what an import remembers by itself: see `CallStates`. */
  readonly perCall: CallStates["perCall"];
  readonly hold: CallStates["hold"];
}

/**
 * Guest-side objects of one capability, by interface name without version: `{ "glovebox:plugin/kv": { get, set, … } }`.
 * Functions are camelCase and resources are classes, as jco's generated code expects; a WIT `err` is thrown
 * (`throw "not-found"` for an enum payload).
 * Called once for each instance. An instance may serve one call after another, so a maker keeps nothing in closures or
 * modules that a call changes: that is what `perCall` is for.
 */
export type MakeGuestImports = (setting: GuestSetting) => Record<string, Record<string, unknown>>;
