import process from "node:process";
import {
  GuestRefusal,
  type GuestAnswer,
  type GuestChannel,
  type NoteName,
} from "@glovebox/host-api/guest";
import type { JsonValue } from "@glovebox/host-api/json";
import { BODY_BYTES_MAX, type AnswerMessage, type HostMessage } from "../protocol.ts";
import type { Wire } from "./wire.ts";

/** Host calls of the running call, one at a time, over the wire. */
export class BlockingChannel implements GuestChannel {
  readonly #wire: Wire;
  #callId: number | undefined;
  #seq = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  begin(callId: number): void {
    this.#callId = callId;
    this.#seq = 0;
  }

  end(): void {
    this.#callId = undefined;
  }

  call(operation: string, args: readonly JsonValue[], body?: Uint8Array): GuestAnswer {
    // An instance is made ahead of its call: code that runs then acts for nobody.
    if (this.#callId === undefined) throw new GuestRefusal("not-permitted");
    this.#ask({ t: "host", id: this.#callId, seq: this.#seq + 1, op: operation, args }, body);
    this.#seq += 1;
    return this.#await(this.#seq);
  }

  note(name: NoteName, args: readonly JsonValue[]): void {
    if (this.#callId === undefined) return;
    this.#wire.send({ t: "note", id: this.#callId, op: name, args });
  }

  #ask(message: HostMessage, body: Uint8Array | undefined): void {
    if (body !== undefined && body.length > BODY_BYTES_MAX) throw new GuestRefusal("too-large");
    try {
      this.#wire.send(message, body);
    } catch (error) {
      throw error instanceof RangeError ? new GuestRefusal("too-large") : error;
    }
  }

  #await(seq: number): GuestAnswer {
    const { message, body } = this.#wire.receiveAnswer();
    const answer = message as AnswerMessage;
    if (answer.t !== "answer" || answer.seq !== seq) process.exit(70);
    if (answer.refused !== undefined) throw new GuestRefusal(answer.refused);
    return { value: answer.value ?? null, body };
  }
}
