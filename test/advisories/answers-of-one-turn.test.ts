// Requests that were handled in one turn were answered after it: nobody saw how much there was to read until all answers of
// the turn were made, 520 MiB of 4 MiB each, and nobody else had their turn meanwhile.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { StdioTransport } from "../../runtime/server/stdio/stdio-transport.ts";

const MIB = 1024 * 1024;
const HELD_BYTES_MAX = 16 * MIB;

test("a client that does not read has one answer more than the limit made for it at most", async () => {
  const input = new PassThrough({ highWaterMark: MIB });
  const output = new PassThrough();
  const transport = new StdioTransport({ input, output });
  const result = { big: "x".repeat(MIB) };
  let answered = 0;
  // As the SDK does, which answers no earlier than in a microtask.
  const answer = async (message: JSONRPCMessage): Promise<void> => {
    await Promise.resolve();
    if (!("id" in message) || message.id === undefined) return;
    answered += 1;
    await transport.send({ jsonrpc: "2.0", id: message.id, result });
  };
  Object.assign(transport, { onmessage: (message: JSONRPCMessage) => void answer(message) });
  await transport.start();
  const requests = Array.from({ length: 1000 }, (_, id) =>
    JSON.stringify({ jsonrpc: "2.0", id, method: "tools/list" }),
  );
  input.write(`${requests.join("\n")}\n`);
  for (let turns = 0; turns < 200; turns += 1) await turn();
  const heldBytes = output.writableLength + output.readableLength;
  assert.ok(answered > 1);
  assert.ok(heldBytes < HELD_BYTES_MAX + 2 * MIB, `${heldBytes} bytes are held`);
  await transport.close();
});
