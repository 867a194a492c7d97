import { defineTool, files, kv, log } from "@glovebox/sdk";
import { z } from "zod";

const bytes = z.int().min(0);
const ofBytes = z.object({ bytes });

const allocate = defineTool({
  name: "allocate",
  description: "Holds so many bytes of memory, and touches each.",
  input: ofBytes,
  handler({ bytes: total }) {
    const piece = 1024 * 1024;
    const held: Uint8Array[] = [];
    for (let got = 0; got < total; got += piece) held.push(new Uint8Array(piece).fill(1));
    return `held ${held.length}`;
  },
});

const answer = defineTool({
  name: "answer",
  description: "Answers a text of so many bytes.",
  input: ofBytes,
  handler: ({ bytes: length }) => "x".repeat(length),
});

const ask = defineTool({
  name: "ask",
  description: "Asks the host so many times.",
  input: z.object({ times: z.int() }),
  async handler({ times }) {
    for (let time = 0; time < times; time += 1) await kv.get("nothing");
    return "asked";
  },
});

let calls = 0;
const count = defineTool({
  name: "count",
  description: "Counts the calls that this instance has seen.",
  input: z.object({}),
  handler: () => String((calls += 1)),
});

const logLines = defineTool({
  name: "log",
  description: "Logs so many lines of so many bytes.",
  input: z.object({ lines: z.int(), bytes }),
  handler({ lines, bytes: length }) {
    for (let line = 0; line < lines; line += 1) log.info("x".repeat(length));
    return "logged";
  },
});

const spin = defineTool({
  name: "spin",
  description: "Never answers.",
  input: z.object({}),
  handler() {
    for (;;);
  },
});

const store = defineTool({
  name: "store",
  description: "Keeps so many bytes under a key.",
  input: z.object({ key: z.string(), bytes }),
  async handler({ key, bytes: length }) {
    await kv.set(key, new Uint8Array(length));
    return "stored";
  },
});

const trap = defineTool({
  name: "trap",
  description: "Calls itself until the stack is gone.",
  input: z.object({}),
  handler: () =>
    String(
      (function deeper(n: number): number {
        return deeper(n + 1) + 1;
      })(0),
    ),
});

const write = defineTool({
  name: "write",
  description: "Writes a file of so many bytes.",
  input: z.object({ path: z.string(), bytes }),
  async handler({ path, bytes: length }) {
    await files.write(path, new Uint8Array(length));
    return "written";
  },
});

export const tools = [allocate, answer, ask, count, logLines, spin, store, trap, write];
