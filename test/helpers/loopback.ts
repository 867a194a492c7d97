import { CallStates } from "@glovebox/host-api/call-states";
import type { CallScope, CapabilityBroker } from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import { GuestRefusal, type GuestAnswer, type GuestSetting } from "@glovebox/host-api/guest";
import type { CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";

/** What a setting needs of `CallStates`, as in an instance whose first call runs. */
export function duringCall(
  states: CallStates = new CallStates(),
): Pick<CallStates, "perCall" | "hold"> {
  states.forget();
  return { perCall: states.perCall, hold: states.hold };
}

export interface Note {
  readonly name: string;
  readonly args: readonly JsonValue[];
}

export interface Loopback extends GuestSetting {
  readonly notes: Note[];
  /** Operations in the order in which they were asked for. */
  readonly asked: string[];
}

export function makeScope(signal: AbortSignal = new AbortController().signal): CallScope {
  return { callId: "call-1", plugin: "test", tool: "test", signal };
}

/**
 * Joins the guest side to real brokers in one process. Arguments, values and notes pass through JSON, as on the channel.
 * Only `clock.sleep` is answered here, because a broker sleeps asynchronously and a guest in the same thread cannot wait.
 */
export function makeLoopback(
  granted: Partial<Record<CapabilityName, CapabilityBroker>>,
  context: JsonValue = {},
): Loopback {
  const operations = Object.assign(
    {},
    ...Object.values(granted).map((broker) => broker.operations),
  );
  const notes: Note[] = [];
  const asked: string[] = [];
  const call = (
    operation: string,
    args: readonly JsonValue[],
    body = new Uint8Array(0),
  ): GuestAnswer => {
    asked.push(operation);
    if (!Object.hasOwn(operations, operation)) throw new GuestRefusal("not-permitted");
    const request = { args: JSON.parse(JSON.stringify(args)), body: body.slice() };
    if (operation === "clock.sleep") {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, request.args[0]);
      return { value: null, body: new Uint8Array(0) };
    }
    try {
      const answer = operations[operation](request, makeScope());
      return {
        value: JSON.parse(JSON.stringify(answer.value)),
        body: answer.body ?? new Uint8Array(0),
      };
    } catch (error) {
      throw error instanceof HostError ? new GuestRefusal(error.tag) : error;
    }
  };
  return {
    channel: { call },
    note: (name, args) => notes.push({ name, args: JSON.parse(JSON.stringify(args)) }),
    granted: new Set(Object.keys(granted) as CapabilityName[]),
    call: { context },
    ...duringCall(),
    notes,
    asked,
  };
}
