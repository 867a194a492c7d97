// A process worth attacking: it holds a secret in its memory and one in an open file, says where, and then sleeps.
import fs from "node:fs";
import process from "node:process";
import { addressOf, call, cString, offHeap, struct } from "./system.ts";

const CHANNEL = 3;
const IPC_CREATE = 0o1000;
const EVERYBODY = 0o666;

interface Wish {
  readonly secret: string;
  /** A file to hold open, and what to leave in System V and POSIX IPC; nothing of this where it runs sealed. */
  readonly file?: string;
  readonly ipcKey?: number;
  readonly queueName?: string;
}

const wish = JSON.parse(process.argv[2] ?? "{}") as Wish;
const memory = offHeap(wish.secret.length);
memory.set(Buffer.from(wish.secret));
const descriptor = wish.file === undefined ? CHANNEL : fs.openSync(wish.file, "r");
if (wish.ipcKey !== undefined) leaveIpc(wish.ipcKey, wish.queueName ?? "");

fs.writeSync(
  CHANNEL,
  `${JSON.stringify({
    pid: process.pid,
    address: String(addressOf(memory)),
    secretBytes: memory.length,
    descriptor,
  })}\n`,
);
setInterval(() => memory.length, 60_000);
// Whoever started it is gone.
fs.read(CHANNEL, Buffer.alloc(1), () => process.exit(0));

function leaveIpc(key: number, queueName: string): void {
  const segment = call("shmget", key, 4096, IPC_CREATE | EVERYBODY);
  if (segment >= 0) {
    call("shmat", segment, 0x7000_0000, 0);
    const ends = offHeap(8);
    call("pipe2", ends, 0);
    const view = new DataView(ends.buffer);
    call("write", view.getInt32(4, true), memory, memory.length);
    call("read", view.getInt32(0, true), 0x7000_0000, memory.length);
  }
  const queue = call("msgget", key, IPC_CREATE | EVERYBODY);
  const message = offHeap(8 + memory.length);
  message[0] = 1;
  message.set(memory, 8);
  // One for each who tries.
  for (let count = 0; count < 4; count += 1) call("msgsnd", queue, message, memory.length, 0o4000);
  const shape = struct(64, [8, 8, 8], [16, 8, 8192]);
  const posix = call("mq_open", cString(queueName), 0o102 | 0o4000, EVERYBODY, shape);
  if (posix < 0 || queue < 0)
    throw new Error(`no queue for a canary: the machine has too many (${posix}, ${queue})`);
  for (let count = 0; count < 4; count += 1)
    call("mq_timedsend", posix, memory, memory.length, 0, 0);
}
