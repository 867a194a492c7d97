// A program of its own: stands where the runner stands, sealed and tightened like it, and is hostile to the broker's end of
// its channel. Nothing but a probe starts it.
import { Buffer } from "node:buffer";
import { writeSync } from "node:fs";
import process from "node:process";
import { tighten } from "../launch/tighten.ts";
import { encodeHead } from "../frames.ts";
import { HEADER_BYTES_MAX, PROTOCOL_VERSION, type CallMessage } from "../protocol.ts";
import { Wire } from "../runner/wire.ts";
import { GOT_THROUGH, type RunnerAttack } from "./attacks.ts";

const CHANNEL = 3;
const MIB = 1024 * 1024;
/** Over what it may hold, and below what the kernel gives it. */
const HOARD_MIB = 320;
/** More than the broker reads of one call. */
const FLOOD_LINES = 22_000;
const FLOOD_PARTS = 20;

tighten();
const wire = new Wire();
const attack = process.argv[2] as RunnerAttack;
wire.send({ t: "ready", protocol: PROTOCOL_VERSION });
wire.receive();
if (attack === "speak out of turn") speakOutOfTurn();
else wire.send({ t: "loaded" });
const { id } = wire.receive().message as CallMessage;
acts()[attack]();

function acts(): Readonly<Record<RunnerAttack, () => void>> {
  return {
    "answer for another call": () => {
      answer(id + 1);
      answer(id);
    },
    "ask out of sequence": () => {
      ask(2, "env.get");
      answer(id);
    },
    "ask for what does not exist": () => {
      ask(1, "process.spawn");
      answer(id);
    },
    "ask for what is not granted": () => {
      const { refused = GOT_THROUGH } = ask(1, "kv.get") as { readonly refused?: string };
      answer(id, refused);
    },
    "say more than a message holds": () => {
      wire.send({ t: "result", id, value: GOT_THROUGH, principal: "another" });
    },
    "announce too much": () => {
      const value = GOT_THROUGH.padEnd(HEADER_BYTES_MAX, ".");
      writeAll(encodeHead({ t: "result", id, value }, 0, 2 * HEADER_BYTES_MAX));
      stay();
    },
    "speak out of turn": () => answer(id),
    flood: () => {
      const line = encodeHead({ t: "note", id, op: "log", args: ["info", ""] }, 0);
      const lines = Buffer.concat(Array.from({ length: FLOOD_LINES / FLOOD_PARTS }, () => line));
      for (let part = 0; part < FLOOD_PARTS; part += 1) writeAll(lines);
      answer(id);
    },
    "hoard memory": () => {
      const hoard = Array.from({ length: HOARD_MIB }, () => Buffer.alloc(MIB, 1));
      answer(id, hoard.length === HOARD_MIB ? GOT_THROUGH : "");
    },
    stay,
  };
}

/** At one time with what was asked for: a call that is on its way already would make it an answer. */
function speakOutOfTurn(): void {
  const answered = encodeHead({ t: "result", id: 1, value: GOT_THROUGH }, 0);
  writeAll(Buffer.concat([encodeHead({ t: "loaded" }, 0), answered]));
}

function answer(call: number, value: string = GOT_THROUGH): void {
  wire.send({ t: "result", id: call, value });
}

function ask(seq: number, op: string): unknown {
  wire.send({ t: "host", id, seq, op, args: ["key"] });
  return wire.receive().message;
}

function stay(): never {
  for (;;);
}

function writeAll(bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;)
    offset += writeSync(CHANNEL, bytes, offset, bytes.length - offset);
}
