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
import { makeFreshInstances, type Instances } from "./instances.ts";
import { lockGlobals } from "./lockdown.ts";
import { runExport, type Ended } from "./run-export.ts";
import { Wire } from "./wire.ts";

tighten();
lockGlobals();
const wire = new Wire();
const channel = new BlockingChannel(wire);
const current: { context: JsonValue } = { context: null };
let instances: Instances | undefined;

function load(message: LoadMessage, body: Uint8Array): void {
  try {
    const instantiate = loadComponent(message, body);
    const granted = new Set(message.granted as readonly CapabilityName[]);
    const note: GuestSetting["note"] = (name, args) => channel.note(name, args);
    instances = makeFreshInstances(() => {
      const states = new CallStates();
      const { perCall, hold } = states;
      const made = instantiate(
        makeImports({ channel, note, granted, call: current, perCall, hold }),
      );
      states.forget();
      return made;
    });
  } catch (error) {
    wire.send({ t: "loaded", failed: error instanceof Error ? error.message : "an exception" });
    return;
  }
  wire.send({ t: "loaded" });
}

function call(message: CallMessage): void {
  current.context = message.context;
  let ended: Ended;
  channel.begin(message.id);
  try {
    if (instances === undefined) throw new Error("a call before a component");
    ended = runExport(instances.take(), message);
  } catch {
    ended = { message: { t: "result", id: message.id, trap: "error" } };
  }
  channel.end();
  current.context = null;
  answer(ended);
  instances?.done();
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

/** One message, then a turn of the event loop: without it V8 never collects the instances of earlier calls. */
function turn(): void {
  const received = wire.receive();
  const message = received.message as ToRunner;
  if (message.t === "load") load(message, received.body);
  else if (message.t === "call") call(message);
  setImmediate(turn);
}

wire.send({ t: "ready", protocol: PROTOCOL_VERSION });
turn();
