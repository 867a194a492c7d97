import { setImmediate } from "node:timers";
import type { CapabilityName } from "@glovebox/host-api/capability";
import { CallStates } from "@glovebox/host-api/call-states";
import type { GuestSetting } from "@glovebox/host-api/guest";
import type { JsonValue } from "@glovebox/host-api/json";
import { makeGiveBack } from "../launch/give-back.ts";
import { makeInputLook } from "../launch/look-for-input.ts";
import { tighten } from "../launch/tighten.ts";
import {
  BODY_BYTES_MAX,
  PROTOCOL_VERSION,
  type CallMessage,
  type LoadMessage,
  type ToRunner,
} from "../protocol.ts";
import { BlockingChannel } from "./guest-channel.ts";
import { lockGlobals } from "./lockdown.ts";
import type { Ended } from "./run-export.ts";
import { CHANNEL_FD, Wire } from "./wire.ts";

/** Compilers are at work while a plugin is new, and leave most behind then. */
const GIVE_BACK_EVERY = 1000;

/** What one instance imports, and what its imports remember. */
export interface InstanceWorld {
  readonly setting: GuestSetting;
  readonly states: CallStates;
}

/** Runs one call on an instance that no other call has touched. Never throws. */
export type RunCall = (message: CallMessage) => Ended | Promise<Ended>;

/** A plugin that is loaded, whatever its shape. One call at a time. */
export interface LoadedPlugin {
  /** Comes before the call begins: an instance that has to be made now would keep what it hears, for the next call to find. */
  take(): RunCall | Promise<RunCall>;
  /** The call is over, in a later turn of the event loop: the place to prepare the next. */
  done(call: { readonly trapped: boolean }): void | Promise<void>;
}

export type Load = (
  message: LoadMessage,
  body: Uint8Array,
  makeWorld: () => InstanceWorld,
) => LoadedPlugin | Promise<LoadedPlugin>;

/**
 * The life of a program inside the seal: it loads one plugin, then answers calls, one at a time, until its channel ends.
 * It holds no authority. Whatever runs here may be hostile, this program included once hostile code has run in it.
 */
export function serve(load: Load): void {
  const wire = new Wire(makeInputLook(CHANNEL_FD));
  const giveBack = makeGiveBack();
  tighten();
  lockGlobals();
  new Server(load, wire, giveBack).start();
}

class Server {
  readonly #load: Load;
  readonly #wire: Wire;
  readonly #giveBack: () => void;
  #calls = 0;
  readonly #channel: BlockingChannel;
  readonly #current: { context: JsonValue } = { context: null };
  #plugin: LoadedPlugin | undefined;
  /** What is to be done when the running call has ended, before it is answered. */
  #endings: (() => void)[] = [];
  /** The call that was answered in the last turn. */
  #unfinished: { readonly trapped: boolean } | undefined;

  constructor(load: Load, wire: Wire, giveBack: () => void) {
    this.#giveBack = giveBack;
    this.#load = load;
    this.#wire = wire;
    this.#channel = new BlockingChannel(wire);
  }

  start(): void {
    this.#wire.send({ t: "ready", protocol: PROTOCOL_VERSION });
    void this.#turn();
  }

  /**
   * One message, then a turn of the event loop: without it V8 never collects the instances of earlier calls. It also ends
   * what a call left to be done, so that an instance is prepared for the next call when nothing of the last can run any more.
   */
  async #turn(): Promise<void> {
    if (this.#unfinished !== undefined) await this.#finish(this.#unfinished);
    this.#unfinished = undefined;
    const received = this.#wire.receive();
    const message = received.message as ToRunner;
    if (message.t === "load") await this.#loadPlugin(message, received.body);
    else if (message.t === "call") {
      this.#wire.isHurried = message.awake === true;
      await this.#call(message);
    }
    setImmediate(() => void this.#turn());
  }

  async #finish(call: { readonly trapped: boolean }): Promise<void> {
    await this.#plugin?.done(call);
    this.#calls += 1;
    if (this.#calls % GIVE_BACK_EVERY === 0) this.#giveBack();
  }

  async #loadPlugin(message: LoadMessage, body: Uint8Array): Promise<void> {
    const granted = new Set(message.granted as readonly CapabilityName[]);
    const note: GuestSetting["note"] = (name, args) => this.#channel.note(name, args);
    const makeWorld = (): InstanceWorld => {
      const states = new CallStates((act) => this.#endings.push(act));
      const { perCall, hold } = states;
      const channel = this.#channel;
      const setting = { channel, note, granted, call: this.#current, perCall, hold };
      return { setting, states };
    };
    try {
      this.#plugin = await this.#load(message, body, makeWorld);
      this.#wire.send({ t: "loaded" });
    } catch (error) {
      const failed = error instanceof Error ? error.message : "an exception";
      this.#wire.send({ t: "loaded", failed });
    }
  }

  async #call(message: CallMessage): Promise<void> {
    let ended: Ended;
    try {
      if (this.#plugin === undefined) throw new Error("a call before a plugin");
      const run = await this.#plugin.take();
      this.#current.context = message.context;
      this.#channel.begin(message.id);
      ended = await run(message);
    } catch {
      ended = { message: { t: "result", id: message.id, trap: "error" } };
    }
    for (const act of this.#endings) act();
    this.#endings = [];
    this.#channel.end();
    this.#current.context = null;
    this.#answer(ended);
    this.#unfinished = { trapped: ended.message.trap !== undefined || ended.unwound === true };
  }

  #answer({ message, body }: Ended): void {
    const tooLarge = { t: "result", id: message.id, trap: "output" } as const;
    if (body !== undefined && body.length > BODY_BYTES_MAX) return this.#wire.send(tooLarge);
    try {
      this.#wire.send(message, body);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#wire.send(tooLarge);
    }
  }
}
