// The program inside the seal: loads one component, then answers calls, one at a time, until its channel ends.
// It holds no authority. Whatever runs here may be hostile, this program included once hostile code has run in it.
import { setImmediate } from "node:timers";
import type { CapabilityName } from "@glovebox/host-api/capability";
import { CallStates } from "@glovebox/host-api/call-states";
import type { GuestSetting } from "@glovebox/host-api/guest";
import { makeImports } from "@glovebox/host-api/guest-registry";
import type { JsonValue } from "@glovebox/host-api/json";
import { tighten } from "../launch/tighten.ts";
import {
  BODY_BYTES_MAX,
  PROTOCOL_VERSION,
  type CallMessage,
  type LoadMessage,
  type ToRunner,
} from "../protocol.ts";
import { loadComponent } from "./component.ts";
import { BlockingChannel } from "./guest-channel.ts";
import { NoImage } from "./image/state-image.ts";
import {
  makeFreshInstances,
  makeResetInstances,
  type Instances,
  type NewInstance,
} from "./instances.ts";
import { lockGlobals } from "./lockdown.ts";
import { runExport, type Ended } from "./run-export.ts";
import { Wire } from "./wire.ts";

tighten();
lockGlobals();
const wire = new Wire();
const channel = new BlockingChannel(wire);
const current: { context: JsonValue } = { context: null };
let instances: Instances | undefined;
/** The call that was answered in the last turn. */
let unfinished: { readonly trapped: boolean } | undefined;

function load(message: LoadMessage, body: Uint8Array): void {
  try {
    const instantiate = loadComponent(message, body);
    const granted = new Set(message.granted as readonly CapabilityName[]);
    const note: GuestSetting["note"] = (name, args) => channel.note(name, args);
    const makeInstance = (): NewInstance => {
      const states = new CallStates();
      const { perCall, hold } = states;
      const made = instantiate(
        makeImports({ channel, note, granted, call: current, perCall, hold }),
      );
      states.forget();
      return { ...made, states };
    };
    instances = prepare(makeInstance, message.reset);
    wire.send({ t: "loaded" });
  } catch (error) {
    wire.send({ t: "loaded", failed: error instanceof Error ? error.message : "an exception" });
  }
}

/** Instances that are restored after each call where that is wanted and can be done; else new ones. */
function prepare(makeInstance: () => NewInstance, reset: boolean): Instances {
  try {
    if (reset) return makeResetInstances(makeInstance);
  } catch (error) {
    if (!(error instanceof NoImage)) throw error;
  }
  return makeFreshInstances(makeInstance);
}

function call(message: CallMessage): void {
  let ended: Ended;
  try {
    if (instances === undefined) throw new Error("a call before a component");
    // Before the call begins: an instance that has to be made now would keep what it hears, for the next call to find.
    const instance = instances.take();
    current.context = message.context;
    channel.begin(message.id);
    ended = runExport(instance, message);
  } catch {
    ended = { message: { t: "result", id: message.id, trap: "error" } };
  }
  channel.end();
  current.context = null;
  answer(ended);
  unfinished = { trapped: ended.message.trap !== undefined };
}

function answer({ message, body }: Ended): void {
  const tooLarge = { t: "result", id: message.id, trap: "output" } as const;
  if (body !== undefined && body.length > BODY_BYTES_MAX) return wire.send(tooLarge);
  try {
    wire.send(message, body);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    wire.send(tooLarge);
  }
}

/**
 * One message, then a turn of the event loop: without it V8 never collects the instances of earlier calls. It also ends
 * what a call left to be done, so that an instance is prepared for the next call when nothing of the last can run any more.
 */
function turn(): void {
  if (unfinished !== undefined) instances?.done(unfinished);
  unfinished = undefined;
  const received = wire.receive();
  const message = received.message as ToRunner;
  if (message.t === "load") load(message, received.body);
  else if (message.t === "call") call(message);
  setImmediate(turn);
}

wire.send({ t: "ready", protocol: PROTOCOL_VERSION });
turn();
