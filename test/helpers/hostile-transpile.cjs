// The transpile program's place taken by something hostile: it answers as its argument says, whatever it was asked.
"use strict";
const fs = require("node:fs");

const FD = 3;
const [mode] = process.argv.slice(2);
function send(header, body, claimed) {
  sendText(JSON.stringify(header), body, claimed);
}
function sendText(header, body = Buffer.alloc(0), claimed = body.length) {
  const head = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32LE(head.length, 0);
  prefix.writeUInt32LE(claimed, 4);
  const bytes = Buffer.concat([prefix, head, body]);
  for (let offset = 0; offset < bytes.length;)
    offset += fs.writeSync(FD, bytes, offset, bytes.length - offset);
}
const answer = (scriptBytes, modules, body) =>
  send({ t: "transpiled", scriptBytes, modules }, Buffer.from(body));

({
  "a module named as a path": () => answer(1, [["../p.core.wasm", 1]], "ab"),
  "a module named twice": () =>
    answer(
      1,
      [
        ["p.core.wasm", 1],
        ["p.core.wasm", 1],
      ],
      "abc",
    ),
  "lengths beyond the body": () => answer(1, [["p.core.wasm", 10]], "ab"),
  "lengths below the body": () => answer(1, [], "abc"),
  "a negative length": () => answer(3, [["p.core.wasm", -1]], "ab"),
  "modules that are no list": () => answer(1, { length: 0 }, "a"),
  "no known type": () => send({ t: "result" }),
  "an early exit": () => process.exit(0),
  "2 GiB": () => send({ t: "transpiled" }, Buffer.alloc(0), 2 ** 31),
  "300 modules": () =>
    answer(
      0,
      Array.from({ length: 300 }, (_, index) => [`p.core${index}.wasm`, 0]),
      "",
    ),
  "a failure in words that are a list of lists": () => {
    sendText(`{"t":"failed","text":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
  },
  "a failure in words that cannot be read": () => send({ t: "failed", text: { toString: 1 } }),
  "no answer": () => {},
})[mode]();
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
