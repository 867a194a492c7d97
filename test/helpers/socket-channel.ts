// A real channel over a real pair of sockets, without a process at the other end: for thousands of conversations in a second.
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Channel, type ChannelLimits } from "../../runtime/sandbox/channel.ts";
import { SandboxError } from "../../runtime/sandbox/errors.ts";
import type { SealedExit, SealedProcess } from "../../runtime/sandbox/seal/sealed-process.ts";

const KILLED: SealedExit = { code: null, signal: "SIGKILL", reason: "killed", stderr: "" };

export interface SocketPair {
  readonly channel: Channel;
  /** The runner's end. */
  readonly runner: Socket;
  /** Bytes that the broker has read so far. */
  bytesRead(): number;
}

export interface SocketRoom {
  open(limits: ChannelLimits): Promise<SocketPair>;
  close(): Promise<void>;
}

/** Opens pairs of sockets in a folder of their own. A kill ends the pair, as the end of a process would. */
export async function openSocketRoom(): Promise<SocketRoom> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-sockets-"));
  const server: Server = createServer({ allowHalfOpen: true });
  await new Promise<void>((resolve) => server.listen(join(folder, "s"), resolve));
  const connectOne = async (): Promise<readonly [broker: Socket, runner: Socket]> => {
    const accepted = new Promise<Socket>((resolve) => server.once("connection", resolve));
    const runner = connect(join(folder, "s"));
    // The broker hangs up on whoever misbehaves.
    runner.on("error", () => {});
    return [await accepted, runner];
  };
  // One after the other: whose connection it is that the server hears of is then beyond doubt.
  let last: Promise<unknown> = Promise.resolve();
  const open = (): ReturnType<typeof connectOne> => {
    const next = last.then(connectOne);
    last = next;
    return next;
  };
  return {
    async open(limits) {
      const [broker, runner] = await open();
      broker.on("error", () => {});
      const { promise: exited, resolve } = Promise.withResolvers<SealedExit>();
      const process: SealedProcess = {
        channel: broker,
        exited,
        pid: 0,
        watch: () => {},
        residentBytes: () => undefined,
        kill() {
          runner.destroy();
          resolve(KILLED);
        },
      };
      return { channel: new Channel(process, limits), runner, bytesRead: () => broker.bytesRead };
    },
    async close() {
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A pair whose runner has reported, and loaded a plugin. Whoever speaks for it is the test. It ends with the test. */
export async function openLoaded(room: SocketRoom, t: TestContext): Promise<SocketPair> {
  const pair = await room.open({ startMsMax: 60_000, loadMsMax: 60_000 });
  const { channel, runner } = pair;
  t.after(async () => {
    channel.end(new SandboxError("ERR_CALL_CANCELLED", "the test is over"));
    await channel.exited;
  });
  runner.resume();
  runner.write(frameOf({ t: "ready", protocol: 1 }));
  await channel.started;
  const isLoaded = channel.load({ script: Buffer.from("()=>{}"), modules: [] }, []);
  runner.write(frameOf({ t: "loaded" }));
  await isLoaded;
  return pair;
}

/** One frame with a header of any text. */
export function frameOf(header: object | string, body: Uint8Array = new Uint8Array()): Buffer {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32LE(text.length, 0);
  prefix.writeUInt32LE(body.length, 4);
  return Buffer.concat([prefix, text, body]);
}
