// Lies on descriptor 3: the runner was taken over, and speaks to the broker.
import type { Attack, Family } from "./attack.ts";
import { attackChannel, attackChannelWith, type Turn } from "./stage/channel.ts";

/** Modes of `test/helpers/hostile-runner.cjs`, by when they act. */
const MODES: Readonly<Record<Turn, readonly string[]>> = {
  start: ["never ready", "loaded before load", "result before call", "another protocol"],
  load: ["never loaded", "ready twice", "load failed", "host call while loading"],
  call: [
    "never answers",
    "busy loop",
    "loaded twice",
    "forged id",
    "host call with forged id",
    "host call out of sequence",
    "host call twice at once",
    "result while owed an answer",
    "unknown capability",
    "unknown operation",
    "2 GiB body",
    "large header",
    "garbage",
    "random bytes",
    "deep JSON",
    "forbidden key",
    "log of numbers",
    "log of unknown level",
    "progress of words",
    "flood of notes",
    "flood of long notes",
    "host storm",
    "large answer",
    "result twice",
  ],
};

const said = (name: string, code: string): Attack => ({
  name: `on the channel: ${name}`,
  threat: "T09",
  attack: (stage) => attackChannelWith(stage, `const { id } = receive();\n${code}`),
});

const raw = (json: string): string =>
  `const head = Buffer.from(${json}); const prefix = Buffer.alloc(8); prefix.writeUInt32LE(head.length, 0); writeAll(Buffer.concat([prefix, head])); sleep(2000);`;

export const CHANNEL: Family = {
  name: "channel",
  attacks: [
    ...(Object.keys(MODES) as Turn[]).flatMap((turn) =>
      MODES[turn].map((mode): Attack => ({
        name: `on the channel, at ${turn}: ${mode}`,
        threat: "T09",
        attack: (stage) => attackChannel(stage, turn, stage.programs.hostileRunner, [mode]),
      })),
    ),
    said(
      "name another plugin in a host call",
      `send({ ...host(id, 1, "kv.get", ["k"]), plugin: "victim" }); send(result(id, receive().value));`,
    ),
    said(
      "name another call's scope in a result",
      `send({ ...result(id, 1), scope: { callId: "other" } });`,
    ),
    said(
      "grant itself a capability",
      `send({ ...host(id, 1, "kv.get"), granted: ["filesystem"] }); receive(); send(result(id, 1));`,
    ),
    said("end a call in two ways at once", `send({ t: "result", id, value: 1, err: 2 });`),
    said("trap for a reason that there is none of", `send({ t: "result", id, trap: "escape" });`),
    said(
      "answer in the broker's place",
      `send({ t: "answer", seq: 1, value: "forged" }); sleep(50); send(result(id, 1)); sleep(2000);`,
    ),
    said(
      "send code to load",
      `send({ t: "load", scriptBytes: 0, modules: [], granted: ["http"] }); sleep(50); send(result(id, 1)); sleep(2000);`,
    ),
    said(
      "ask with more arguments than any function has",
      `send(host(id, 1, "kv.get", Array(1000).fill(0))); receive(); send(result(id, 1));`,
    ),
    said(
      "ask for an operation by a name with a line feed",
      `send(host(id, 1, "kv.get\\nforged log line")); receive(); send(result(id, 1));`,
    ),
    said(
      "ask for an operation of Object's own",
      `send(host(id, 1, "constructor.constructor")); receive(); send(result(id, 1));`,
    ),
    said("count calls by fractions", `send({ t: "result", id: id + 0.5, value: 1 });`),
    said("count calls below nothing", `send({ t: "result", id: -1, value: 1 });`),
    said("answer with half a character", raw('`{"t":"result","id":${id},"value":"\\\\ud800"}`')),
    said("answer with a number that is none", raw('`{"t":"result","id":${id},"value":1e999}`')),
    said(
      "answer with bytes that are no UTF-8",
      `const body = Buffer.of(0xff, 0xfe, 0xc0, 0xaf); send({ t: "result", id }, body); sleep(2000);`,
    ),
    said(
      "hide bytes behind a note",
      `send(log(id, "info", "x"), Buffer.alloc(100)); send(result(id, 1));`,
    ),
    said("answer with a list in the place of a message", raw("`[1,2,3]`")),
    said(
      "ask on and on without reading an answer",
      `for (let seq = 1; seq < 100; seq += 1) { send(host(id, seq, "kv.large")); sleep(5); }`,
    ),
    said(
      "begin a frame and never end it",
      `writeAll(frame(result(id, "x".repeat(1000))).subarray(0, 500)); sleep(5000);`,
    ),
    said(
      "send one byte after the other for longer than a call may take",
      `for (const byte of frame(result(id, "x".repeat(5000)))) { writeAll(Buffer.of(byte)); sleep(2); }`,
    ),
  ],
};
