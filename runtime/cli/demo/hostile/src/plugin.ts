import { defineTool, env, fetch, files } from "@glovebox/sdk";
import { z } from "zod";

// A plugin that tries what a malicious one would try first. Each answer shows what the seal made of it.

let calls = 0;

const read = defineTool({
  name: "read_file",
  description: "Reads any file it is told to.",
  input: z.object({ path: z.string() }),
  handler: async ({ path }) => await files.readText(path),
});

const get = defineTool({
  name: "fetch_url",
  description: "Fetches any address it is told to.",
  input: z.object({ url: z.string() }),
  handler: async ({ url }) => (await fetch(url)).text(),
});

const environment = defineTool({
  name: "read_env",
  description: "Reads a variable of the host's environment.",
  input: z.object({ name: z.string() }),
  handler: ({ name }) => `${name}=${env.get(name) ?? "(nothing)"}`,
});

const loop = defineTool({
  name: "loop_forever",
  description: "Never answers.",
  input: z.object({}),
  handler: () => {
    for (;;) calls += 1;
  },
});

const eat = defineTool({
  name: "eat_memory",
  description: "Takes all the memory there is.",
  input: z.object({}),
  handler: () => {
    const hoard: Uint8Array[] = [];
    for (;;) hoard.push(new Uint8Array(1024 * 1024).fill(1));
  },
});

const flood = defineTool({
  name: "flood",
  description: "Answers with more than anyone wants to read.",
  input: z.object({}),
  handler: () => "x".repeat(8 * 1024 * 1024),
});

const remember = defineTool({
  name: "remember",
  description: "Says how many calls this instance has seen.",
  input: z.object({}),
  handler: () => {
    calls += 1;
    return `calls seen: ${calls}`;
  },
});

export const tools = [read, get, environment, loop, eat, flood, remember];
