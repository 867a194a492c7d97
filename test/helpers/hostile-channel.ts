// A real channel to a program that stands in the runner's place and does what a test says.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { HostOperation } from "@glovebox/host-api/capability";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { Channel } from "../../runtime/sandbox/channel.ts";
import { SandboxError } from "../../runtime/sandbox/errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../../runtime/sandbox/limits.ts";
import { SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import type { CallTerms } from "../../runtime/sandbox/running-call.ts";
import type { PluginCall, SealName } from "../../runtime/sandbox/sandbox.ts";
import { makeSpawner, type SealedProcess } from "../../runtime/sandbox/seal/sealed-process.ts";

const MIB = 1024 * 1024;

/** What the hostile code may use: `frame`, `send`, `writeAll`, `receive`, `host`, `log`, `result`, `sleep`. */
export const CHANNEL_PRELUDE = `"use strict";
const fs = require("node:fs");
const FD = 3;
function writeAll(bytes) {
  for (let offset = 0; offset < bytes.length;)
    offset += fs.writeSync(FD, bytes, offset, bytes.length - offset);
}
function frame(header, body = Buffer.alloc(0)) {
  const head = Buffer.from(JSON.stringify(header));
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
  const header = JSON.parse(read(prefix.readUInt32LE(0)));
  read(prefix.readUInt32LE(4));
  return header;
}
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const host = (id, seq, op, args = []) => ({ t: "host", id, seq, op, args });
const log = (id, ...args) => ({ t: "note", id, op: "log", args });
const result = (id, value) => ({ t: "result", id, value });
send({ t: "ready", protocol: 1 });
receive();
send({ t: "loaded" });
`;

export interface Hostile {
  readonly channel: Channel;
  readonly process: SealedProcess;
}

/**
 * Starts `code` in the runner's place, loaded and idle. Where the broker alone is tested, it runs without ring 5.
 * Ends with the test.
 */
export async function startHostile(
  t: TestContext,
  code: string,
  seal: SealName = "none",
): Promise<Hostile> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-hostile-"));
  const program = join(folder, "hostile.cjs");
  writeFileSync(program, CHANNEL_PRELUDE + code);
  const spawn = makeSpawner(makeProcessPowers(SEALED_FOLDER));
  const limits = { dataBytesMax: 1024 * MIB, residentBytesMax: 512 * MIB };
  const process = spawn({ seal, program, ...limits });
  const channel = new Channel(process, { startMsMax: 10_000, loadMsMax: 10_000 });
  t.after(async () => {
    channel.end(new SandboxError("ERR_CALL_CANCELLED", "the test is over"));
    await channel.exited;
    rmSync(folder, { recursive: true });
  });
  await channel.started;
  await channel.load({ script: Buffer.from("()=>{}"), modules: [] }, []);
  return { channel, process };
}

export function makeTerms(
  operations: Readonly<Record<string, HostOperation>>,
  limits: Partial<Limits> = {},
): CallTerms {
  return {
    limits: { ...DEFAULT_LIMITS, deadlineMs: 2000, ...limits },
    operations: new Map(Object.entries(operations)),
    brokers: [{ operations }],
  };
}

export function makeCall(callId: string, rest: Partial<PluginCall> = {}): PluginCall {
  const { signal } = new AbortController();
  const scope = { callId, plugin: "p", tool: "t", signal };
  return { scope, export: ["tools", "callTool"], args: [], context: null, ...rest };
}
