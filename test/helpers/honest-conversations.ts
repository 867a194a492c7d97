// What honest runners said, recorded behind the real seal: the ground that mutations start from.
import type { TestContext } from "node:test";
import { makeProcessPowers } from "../../runtime/powers/process.ts";
import { Channel } from "../../runtime/sandbox/channel.ts";
import { SandboxError } from "../../runtime/sandbox/errors.ts";
import { FrameDecoder } from "../../runtime/sandbox/frames.ts";
import { openSandbox } from "../../runtime/sandbox/open-sandbox.ts";
import { findProgram, SEALED_FOLDER } from "../../runtime/sandbox/programs.ts";
import { BODY_BYTES_MAX, HEADER_BYTES_MAX } from "../../runtime/sandbox/protocol.ts";
import type { Transpiled } from "../../runtime/sandbox/sandbox.ts";
import { makeSpawner } from "../../runtime/sandbox/seal/sealed-process.ts";
import { makeCall, makeTerms } from "./hostile-channel.ts";
import { buildToolsGuest } from "./tools-guest.ts";

const MIB = 1024 * 1024;

const GUEST = `
import { getValue, setValue } from "glovebox:plugin/kv@0.1.0";
import { write } from "glovebox:plugin/log@0.1.0";
import { report } from "glovebox:plugin/progress@0.1.0";
function callTool(name, args) {
  if (name === "ask") { getValue("k"); setValue("k", new Uint8Array(2000)); getValue("none"); return "asked"; }
  if (name === "note") { write("info", "héllo"); report(1, 2, "half"); write("error", "x".repeat(500)); return "noted"; }
  if (name === "trap") throw new Error("trap");
  return args;
}`;

/** What is asked of every recorded runner, and by the fuzzer again. */
export const CALLS: readonly (readonly [tool: string, args: string])[] = [
  ["echo", "hello"],
  ["ask", ""],
  ["note", ""],
  ["trap", ""],
  ["echo", "x".repeat(20_000)],
];

export const TERMS = makeTerms({
  "kv.get": ({ args }) => ({ value: args[0] === "k", body: new Uint8Array(100) }),
  "kv.set": () => ({ value: null }),
});

/** The frames of one whole conversation, in order: ready, loaded, then what each of `CALLS` brought about. */
export async function recordConversation(
  t: Pick<TestContext, "after">,
): Promise<readonly Buffer[]> {
  const powers = makeProcessPowers(SEALED_FOLDER);
  const sandbox = await openSandbox(powers, { spareRunners: 0 });
  t.after(() => sandbox.close());
  const transpiled: Transpiled = await sandbox.transpile(await buildToolsGuest(GUEST));
  const process = makeSpawner(powers)({
    seal: sandbox.seal.name,
    program: findProgram(powers, "runner"),
    dataBytesMax: 1024 * MIB,
    residentBytesMax: 256 * MIB,
  });
  const chunks: Buffer[] = [];
  process.channel.on("data", (chunk: Buffer) => chunks.push(Buffer.from(chunk)));
  const channel = new Channel(process, { startMsMax: 10_000, loadMsMax: 10_000 });
  try {
    await channel.started;
    await channel.load(transpiled, ["kv"]);
    for (const [tool, args] of CALLS)
      await channel.call({ ...makeCall(tool), args: [tool, args] }, TERMS).catch(() => undefined);
  } finally {
    channel.end(new SandboxError("ERR_CALL_CANCELLED", "recorded"));
    await channel.exited;
  }
  const caps = { headerBytesMax: HEADER_BYTES_MAX, bodyBytesMax: BODY_BYTES_MAX };
  return [...new FrameDecoder(caps).push(Buffer.concat(chunks))].map(({ header, body }) => {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32LE(header.length, 0);
    prefix.writeUInt32LE(body.length, 4);
    return Buffer.concat([prefix, header, body]);
  });
}
