// A runner's place taken by something hostile: it speaks the protocol as far as it must, then misbehaves as its argument says.
"use strict";
const fs = require("node:fs");

const FD = 3;
const [mode] = process.argv.slice(2);

function writeAll(bytes) {
  for (let offset = 0; offset < bytes.length;)
    offset += fs.writeSync(FD, bytes, offset, bytes.length - offset);
}
function frame(header, body = Buffer.alloc(0)) {
  const head = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32LE(head.length, 0);
  prefix.writeUInt32LE(body.length, 4);
  return Buffer.concat([prefix, head, body]);
}
const send = (header, body) => writeAll(frame(header, body));
function read(length) {
  const bytes = Buffer.alloc(length);
  for (let offset = 0; offset < length;) {
    const count = fs.readSync(FD, bytes, offset, length - offset, null);
    if (count === 0) process.exit(0);
    offset += count;
  }
  return bytes;
}
function receive() {
  const prefix = read(8);
  const header = read(prefix.readUInt32LE(0));
  read(prefix.readUInt32LE(4));
  return JSON.parse(header);
}
const lengths = (header, body) => {
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32LE(header, 0);
  prefix.writeUInt32LE(body, 4);
  return prefix;
};
const forever = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
const host = (id, seq, op = "kv.get", args = []) => ({ t: "host", id, seq, op, args });
const log = (id, ...args) => ({ t: "note", id, op: "log", args });
const result = (id, value) => ({ t: "result", id, value });

const AT_START = {
  "never ready": forever,
  "exit at start": () => process.exit(3),
  "loaded before load": () => send({ t: "loaded" }),
  "result before call": () => send(result(1, 0)),
  "large frame at start": () => writeAll(lengths(200_000, 0)),
  "body at start": () => writeAll(lengths(24, 1)),
  "another protocol": () => send({ t: "ready", protocol: 2 }),
};
const AT_LOAD = {
  "never loaded": forever,
  "ready twice": () => send({ t: "ready", protocol: 1 }),
  "load failed": () => send({ t: "loaded", failed: "no\u001b[31m" }),
  "host call while loading": () => send(host(0, 1)),
  "abort while loading": () => process.abort(),
};
const AT_CALL = {
  "never answers": forever,
  "busy loop": () => {
    for (;;);
  },
  "loaded twice": () => send({ t: "loaded" }),
  "forged id": (id) => send(result(id + 1, 0)),
  "host call with forged id": (id) => send(host(id + 1, 1)),
  "host call of an earlier call": (id) => send(host(id - 1, 1)),
  "host call again with the same number": (id) => {
    send(host(id, 1));
    receive();
    send(host(id, 1));
  },
  "note with a body": (id) => send(log(id, "info", "x"), Buffer.from("x")),
  "key twice": (id) => send(`{"t":"result","id":${id},"value":1,"value":1}`),
  "not a number": (id) => send(`{"t":"result","id":${id},"value":NaN}`),
  "number beyond all numbers": (id) => send(`{"t":"result","id":${id},"value":1e999}`),
  "half a surrogate pair": (id) => send(`{"t":"result","id":${id},"value":"\\ud800"}`),
  "empty frame": () => writeAll(lengths(0, 0)),
  "4 GiB header": () => writeAll(lengths(2 ** 32 - 1, 0)),
  "body that never comes": () => {
    writeAll(lengths(2, 16 * 1024 * 1024));
    writeAll(Buffer.from("{}"));
    forever();
  },
  "bodies of the largest size without end": (id) => {
    const body = Buffer.alloc(16 * 1024 * 1024);
    for (let seq = 1; ; seq += 1) {
      send(host(id, seq), seq % 50 === 0 ? body : undefined);
      receive();
    }
  },
  "note after the result": (id) =>
    writeAll(Buffer.concat([frame(result(id, "first")), frame(log(id, "info", "x"))])),
  "host call after the result": (id) =>
    writeAll(Buffer.concat([frame(result(id, "first")), frame(host(id, 1))])),
  "half a frame after the result": (id) =>
    writeAll(Buffer.concat([frame(result(id, "first")), lengths(20, 0).subarray(0, 3)])),
  "half a frame while idle": (id) => {
    send(result(id, "first"));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    writeAll(lengths(20, 0).subarray(0, 1));
  },
  "next result ahead of its call": (id) => {
    send(result(id, "first"));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    send(result(id + 1, "forged"));
  },
  "host call out of sequence": (id) => send(host(id, 2)),
  "host call twice at once": (id) =>
    writeAll(Buffer.concat([frame(host(id, 1, "kv.slow")), frame(host(id, 2, "kv.slow"))])),
  "result while owed an answer": (id) =>
    writeAll(Buffer.concat([frame(host(id, 1, "kv.slow")), frame(result(id, 0))])),
  "unknown capability": (id) => send(host(id, 1, "shell.run")),
  "unknown operation": (id) => send(host(id, 1, "kv.constructor")),
  "2 GiB body": () => writeAll(lengths(2, 2 ** 31)),
  "large header": () => writeAll(lengths(2 ** 20, 0)),
  garbage: () => send("{not json"),
  "random bytes": () => writeAll(require("node:crypto").randomBytes(1000)),
  "deep JSON": (id) =>
    send(`{"t":"result","id":${id},"value":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
  "forbidden key": (id) => send(`{"t":"result","id":${id},"value":1,"__proto__":{"t":"result"}}`),
  "log of numbers": (id) => send(log(id, 1, 2)),
  "log of unknown level": (id) => send(log(id, "fatal", "x")),
  "progress of words": (id) => send({ t: "note", id, op: "progress", args: ["half"] }),
  "change of nothing": (id) => send({ t: "note", id, op: "notify", args: ["secrets", null] }),
  "change of a list with an address": (id) =>
    send({ t: "note", id, op: "notify", args: ["tools", "notes://a"] }),
  "update of no address": (id) => send({ t: "note", id, op: "notify", args: ["updated", null] }),
  "update of an endless address": (id) =>
    send({ t: "note", id, op: "notify", args: ["updated", `notes://${"a".repeat(5000)}`] }),
  "flood of changes": (id) => {
    for (;;) send({ t: "note", id, op: "notify", args: ["tools", null] });
  },
  "flood of notes": (id) => {
    for (;;) send(log(id, "info", ""));
  },
  "flood of long notes": (id) => {
    for (;;) send(log(id, "info", "x".repeat(200_000)));
  },
  "host storm": (id) => {
    for (let seq = 1; ; seq += 1) {
      send(host(id, seq));
      receive();
    }
  },
  exit: () => process.exit(0),
  abort: () => process.abort(),
  "closes the channel": () => {
    fs.closeSync(FD);
    forever();
  },
  "large answer": (id) => send({ t: "result", id }, Buffer.alloc(2 * 1024 * 1024, 120)),
  // Odd, but within the protocol:
  "byte by byte": (id) => {
    for (const byte of frame({ t: "result", id }, Buffer.from("slow"))) writeAll(Buffer.of(byte));
  },
  "result twice": (id) =>
    writeAll(Buffer.concat([frame(result(id, "first")), frame(result(id, "second"))])),
  "log while owed an answer": (id) => {
    send(host(id, 1));
    send(log(id, "info", "x"));
    send(result(id, receive().value));
  },
  "asks without a grant": (id) => {
    send(host(id, 1, "http.send"));
    send(result(id, receive().refused));
  },
  "asks for the impossible": (id) => {
    const refusals = ["kv.huge", "kv.wrong", "kv.throws", "kv.refuses", "kv.cyclic"].map(
      (op, index) => {
        send(host(id, index + 1, op));
        return receive().refused;
      },
    );
    send(result(id, refusals));
  },
};

AT_START[mode]?.();
send({ t: "ready", protocol: 1 });
receive();
AT_LOAD[mode]?.();
send({ t: "loaded" });
for (;;) {
  const call = receive();
  (AT_CALL[mode] ?? ((id) => send(result(id, "fine"))))(call.id);
}
