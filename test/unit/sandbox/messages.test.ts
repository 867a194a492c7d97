import assert from "node:assert/strict";
import { test } from "node:test";
import type { CapabilityName } from "@glovebox/host-api/capability";
import type { Powers } from "@glovebox/host-api/powers";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import * as fc from "fast-check";
import { SandboxError } from "../../../runtime/sandbox/errors.ts";
import { parseFromRunner } from "../../../runtime/sandbox/messages.ts";

const NOTHING = Buffer.alloc(0);
const BREACH = { name: "SandboxError", code: "ERR_CHANNEL_BREACH" };

function parse(header: string | Buffer | object, body: Buffer = NOTHING) {
  const text =
    typeof header === "string" || Buffer.isBuffer(header) ? header : JSON.stringify(header);
  return parseFromRunner({ header: Buffer.from(text), body });
}

test("reads each of the five messages", () => {
  assert.deepEqual(parse({ t: "ready", protocol: 1 }), { t: "ready", protocol: 1 });
  assert.deepEqual(parse({ t: "loaded" }), { t: "loaded" });
  assert.deepEqual(parse({ t: "loaded", failed: "no" }), { t: "loaded", failed: "no" });
  const host = { t: "host", id: 1, seq: 1, op: "kv.get", args: ["a", { b: [null, true, 1.5] }] };
  assert.deepEqual(parse(host, Buffer.from("bytes")), host);
  const note = { t: "note", id: 1, op: "log", args: ["info", "x"] };
  assert.deepEqual(parse(note), note);
  assert.deepEqual(parse({ t: "result", id: 1, value: null }), { t: "result", id: 1, value: null });
  assert.deepEqual(parse({ t: "result", id: 1, err: "no" }), { t: "result", id: 1, err: "no" });
  assert.deepEqual(parse({ t: "result", id: 1, trap: "stack" }), {
    t: "result",
    id: 1,
    trap: "stack",
  });
});

test("a result that is a text is read by its letters, and in no other spelling", () => {
  const body = Buffer.from("grüß");
  for (const id of [0, 7, 123_456_789_012_345])
    assert.deepEqual(parse({ t: "result", id }, body), { t: "result", id, value: "grüß" });
  for (const header of [
    '{"t":"result","id":01}',
    '{"t":"result","id":-0}',
    '{"t":"result","id":1.0}',
    '{"t":"result","id":1e3}',
    '{"t":"result","id":99999999999999999999}',
    '{"t":"result","id":1} ',
    ' {"t":"result","id":1}',
    '{"t":"result", "id":1}',
    '{"t":"result","id":1,"id":1}',
    '{"t":"result","id":1}\n',
    '{"t":"result","id":\u0661}',
    '{"t":"resul\\u0074","id":1}',
  ])
    assert.throws(() => parse(header, body), BREACH, header);
  assert.throws(() => parse({ t: "result", id: 1 }, Buffer.of(0xff)), BREACH);
});

/** Brokers open their powers late, or only to hold them: what they hold here does nothing. */
const IDLE_POWERS = { openBeneath: () => ({}), readSecret: () => "" } as unknown as Powers;
const GRANTS: Readonly<Record<CapabilityName, unknown>> = {
  filesystem: "read-write",
  http: "example.com",
  kv: true,
  env: { A: "b" },
  clock: true,
  random: true,
  ask: "form",
};

test("reads the name of every operation that a capability serves", () => {
  const home = { plugin: "p", folder: "/nowhere" };
  for (const [name, grant] of Object.entries(GRANTS)) {
    const capability = CAPABILITIES[name as CapabilityName];
    const broker = capability.makeBroker(capability.parseGrant(grant), home, IDLE_POWERS);
    for (const op of Object.keys(broker.operations)) {
      const host = { t: "host", id: 1, seq: 1, op, args: [] };
      assert.deepEqual(parse(host), host);
    }
  }
});

test("takes a string result from the body", () => {
  assert.deepEqual(parse({ t: "result", id: 7 }, Buffer.from("héllo")), {
    t: "result",
    id: 7,
    value: "héllo",
  });
  assert.deepEqual(parse({ t: "result", id: 7 }), { t: "result", id: 7, value: "" });
});

test("makes the words of a failed load printable and short", () => {
  const failed = `\u001b[2J${"\u{1f600}".repeat(500)}`;
  const message = parse({ t: "loaded", failed });
  assert.ok(message.t === "loaded" && message.failed !== undefined);
  assert.match(message.failed, /^[ -~]{1,200}$/);
});

const REFUSED: readonly (readonly [
  title: string,
  header: string | Buffer | object,
  body?: Buffer,
])[] = [
  ["an empty header", ""],
  ["text that is not JSON", "{"],
  ["bytes that are not UTF-8", Buffer.from([0x22, 0xff, 0x22])],
  ["a byte order mark", Buffer.from('\ufeff{"t":"loaded"}')],
  ["a list", []],
  ["null", "null"],
  ["a number", "1"],
  ["no type", {}],
  ["an unknown type", { t: "load" }],
  ["a type that is a name of Object's", { t: "constructor" }],
  ["a type that is no string", { t: ["ready"], protocol: 1 }],
  ["an unknown key", { t: "loaded", extra: 1 }],
  ["a missing key", { t: "ready" }],
  ["a __proto__ key", '{"t":"loaded","__proto__":{}}'],
  [
    "a __proto__ key in an argument",
    '{"t":"host","id":1,"seq":1,"op":"kv.get","args":[{"__proto__":1}]}',
  ],
  [
    "a key with half a surrogate pair",
    '{"t":"host","id":1,"seq":1,"op":"kv.get","args":[{"\\ud800":1}]}',
  ],
  [
    "a string with half a surrogate pair",
    '{"t":"host","id":1,"seq":1,"op":"kv.get","args":["\\udc00"]}',
  ],
  ["a number beyond all numbers", '{"t":"host","id":1,"seq":1,"op":"kv.get","args":[1e999]}'],
  ["a key twice", '{"t":"loaded","t":"loaded"}'],
  ["a key twice, as two messages", '{"t":"ready","protocol":1,"t":"loaded"}'],
  ["a key twice in an argument", '{"t":"note","id":1,"op":"log","args":[{"a":1,"a":1}]}'],
  ["a key twice, once escaped", '{"t":"loaded","\\u0074":"loaded"}'],
  ["blanks between the words", '{"t": "loaded"}'],
  ["a line break after the end", '{"t":"loaded"}\n'],
  ["a letter that needs no escape", '{"t":"\\u006coaded"}'],
  ["a whole number with a fraction", '{"t":"ready","protocol":1.0}'],
  ["a whole number as a power", '{"t":"ready","protocol":1e0}'],
  ["minus nothing", '{"t":"result","id":1,"value":-0}'],
  ["more digits than a number has", '{"t":"result","id":1,"value":0.10000000000000000555}'],
  ["NaN", '{"t":"result","id":1,"value":NaN}'],
  ["Infinity", '{"t":"result","id":1,"value":-Infinity}'],
  ["a host call without an id", { t: "host", seq: 1, op: "kv.get", args: [] }],
  ["a result with a body and a trap", { t: "result", id: 1, trap: "exit" }, Buffer.from("x")],
  ["a loaded with a body", { t: "loaded" }, Buffer.from("x")],
  ["a negative id", { t: "result", id: -1, value: 1 }],
  ["a fractional id", { t: "result", id: 1.5, value: 1 }],
  ["an id beyond exact integers", '{"t":"result","id":9007199254740993,"value":1}'],
  ["an id in a string", { t: "result", id: "1", value: 1 }],
  [
    "arguments that are no list",
    { t: "host", id: 1, seq: 1, op: "kv.get", args: { 0: "a", length: 1 } },
  ],
  [
    "too many arguments",
    { t: "host", id: 1, seq: 1, op: "kv.get", args: Array.from({ length: 17 }, () => 0) },
  ],
  ["an operation without a capability", { t: "host", id: 1, seq: 1, op: "get", args: [] }],
  ["an operation with strange characters", { t: "host", id: 1, seq: 1, op: "kv.get\n", args: [] }],
  [
    "an operation of 65 characters",
    { t: "host", id: 1, seq: 1, op: `kv.${"g".repeat(62)}`, args: [] },
  ],
  ["a note of unknown kind", { t: "note", id: 1, op: "audit", args: [] }],
  ["a note with a body", { t: "note", id: 1, op: "log", args: [] }, Buffer.from("x")],
  ["a ready with a body", { t: "ready", protocol: 1 }, Buffer.from("x")],
  ["a result that ends in two ways", { t: "result", id: 1, value: 1, err: 2 }],
  ["a trap of unknown class", { t: "result", id: 1, trap: "guest words" }],
  ["a null trap", { t: "result", id: 1, trap: null }],
  ["a value with a body", { t: "result", id: 1, value: 1 }, Buffer.from("x")],
  ["a string result that is not UTF-8", { t: "result", id: 1 }, Buffer.from([0xc3, 0x28])],
  ["lists nested 100,000 deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
  ["a result nested 65 deep", `{"t":"result","id":1,"value":${"[".repeat(65)}${"]".repeat(65)}}`],
];

for (const [title, header, body] of REFUSED) {
  test(`refuses ${title}`, () => {
    assert.throws(() => parse(header, body), BREACH);
  });
}

test("takes back whatever an honest runner can say as an argument", () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 4 }), (args) => {
      // What one writes is never minus nothing.
      const said: unknown = JSON.parse(JSON.stringify(args));
      if (JSON.stringify(said).includes('"__proto__"')) return;
      if (!JSON.stringify(said).isWellFormed() || /\\ud[89a-f]/i.test(JSON.stringify(said))) return;
      const host = { t: "host", id: 1, seq: 1, op: "kv.get", args: said };
      assert.deepEqual(parse(host), host);
    }),
  );
});

test("reads or refuses any JSON, and throws nothing else", () => {
  const message = fc.oneof(
    fc.json(),
    fc
      .record({
        t: fc.constantFrom("ready", "loaded", "host", "note", "result"),
        id: fc.jsonValue(),
        seq: fc.jsonValue(),
        op: fc.jsonValue(),
        args: fc.jsonValue(),
      })
      .map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(message, fc.uint8Array({ maxLength: 4 }), (header, body) => {
      try {
        parse(header, Buffer.from(body));
      } catch (error) {
        assert.ok(error instanceof SandboxError && error.code === "ERR_CHANNEL_BREACH");
      }
    }),
  );
});
