import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import type { ExposedTool } from "../../runtime/policy/expose.ts";
import { serveOverStdio } from "../../runtime/server/stdio/serve-stdio.ts";
import { until } from "../helpers/served-workspace.ts";

const MIB = 1024 * 1024;
const REQUESTS = 1300;

/** A megabyte of definitions, as four large plugins have. */
const TOOLS: readonly ExposedTool[] = Array.from({ length: 128 }, (_, index) => ({
  exposedName: `p__t${index}`,
  alias: "p",
  tool: {
    name: `t${index}`,
    description: "d".repeat(8000),
    inputSchema: { type: "object" },
  },
}));

function openSession(output: Writable): PassThrough {
  const input = new PassThrough();
  const setting = {
    version: "1.0.0",
    tools: TOOLS,
    callTool: () => assert.fail("nothing is called"),
    reportDebt: () => ({ report: {}, text: "{}" }),
  };
  serveOverStdio(setting, { input, output }, () => {});
  const params = {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "c", version: "1" },
  };
  input.write(`${JSON.stringify({ jsonrpc: "2.0", id: 0, method: "initialize", params })}\n`);
  input.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return input;
}

const FLOOD = Array.from(
  { length: REQUESTS },
  (_, id) => `${JSON.stringify({ jsonrpc: "2.0", id: id + 1, method: "tools/list" })}\n`,
).join("");

test("holds few answers for a client that asks on and on and reads none", async (t) => {
  const output = new Writable({ write: () => undefined });
  const input = openSession(output);
  t.after(() => input.destroy());
  let peakBytes = 0;
  input.write(FLOOD);
  await until(() => output.writableLength > 16 * MIB, "as much waits as may");
  for (let turn = 0; turn < 200; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    peakBytes = Math.max(peakBytes, output.writableLength);
  }
  assert.ok(peakBytes < 20 * MIB, `${peakBytes} bytes wait to be read`);
});

test("goes on where it stopped when the client reads again, and answers everything", async (t) => {
  let answers = 0;
  let held: (() => void) | undefined;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (chunk.includes('"tools":[')) answers += 1;
      if (answers < 3 && !held) held = done;
      else done();
    },
  });
  const input = openSession(output);
  t.after(() => input.destroy());
  input.write(FLOOD.split("\n").slice(0, 60).join("\n").concat("\n"));
  await until(() => output.writableLength > 16 * MIB, "as much waits as may");
  held?.();
  await until(() => answers === 60, "all answers");
});
