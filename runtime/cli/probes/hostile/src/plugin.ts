import { defineTool, env, fetch, files, fromJsonSchema, kv, log, ToolError } from "@glovebox/sdk";

// What a malicious plugin would try. Each answer says how far it came; who asks knows how far it may come.

let calls = 0;

type Attempt = (words: readonly string[]) => Promise<string> | string;

const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  read: ([path = ""]) => files.readText(path),
  write: async ([path = "", text = ""]) => {
    await files.write(path, text);
    return "written";
  },
  fill: async ([bytes = "0"]) => {
    await files.write("filled", new Uint8Array(Number(bytes)));
    return "filled";
  },
  list: async ([path = "."]) => (await files.list(path)).map(({ name }) => name).join(" "),
  fetch: async ([url = ""]) => (await fetch(url)).text(),
  env: ([name = ""]) => env.get(name) ?? "(nothing)",
  names: () => env.names().join(" "),
  keep: async ([key = "", value = ""]) => {
    await kv.set(key, value);
    return "kept";
  },
  recall: async ([key = ""]) => (await kv.get(key)) ?? "(nothing)",
  hoard: async ([key = "", bytes = "0"]) => {
    await kv.set(key, "x".repeat(Number(bytes)));
    return "hoarded";
  },
  loop: () => {
    for (;;) calls += 1;
  },
  eat: ([times = "0"]) => {
    const hoard: Uint8Array[] = [];
    while (hoard.length < Number(times)) hoard.push(new Uint8Array(1024 * 1024).fill(1));
    return `ate ${hoard.length}`;
  },
  recurse: () => {
    const deeper = (depth: number): number => 1 + deeper(depth + 1);
    return String(deeper(0));
  },
  flood: ([bytes = "0"]) => "x".repeat(Number(bytes)),
  pester: ([times = "0"]) => {
    for (let index = 0; index < Number(times); index += 1) env.get("PROBE");
    return "pestered";
  },
  remember: () => {
    calls += 1;
    return `calls seen: ${calls}`;
  },
  log: ([line = "", times = "1"]) => {
    for (let index = 0; index < Number(times); index += 1) log.info(line);
    return "logged";
  },
  fail: ([words = ""]) => {
    throw new ToolError({ error_code: "FAILED", message: words });
  },
  say: ([text = ""]) => text,
};

/** Held to its schema by the host: what comes here was validated. */
const INPUT = {
  type: "object",
  properties: {
    what: { type: "string" },
    words: { type: "array", items: { type: "string" } },
  },
  required: ["what"],
  additionalProperties: false,
} as const;

const attempt = defineTool({
  name: "attempt",
  description: "Makes one attempt to get out.",
  input: fromJsonSchema<{ what: string; words?: string[] }>(INPUT),
  handler: async ({ what, words = [] }) => {
    const act = ATTEMPTS[what];
    return act === undefined ? "no such attempt" : await act(words);
  },
});

/** Its answer is another than it promises. What an honest author's own check would find is for the host to find here. */
const lie = defineTool({
  name: "lie",
  description: "Promises a number and answers a text.",
  input: fromJsonSchema<Record<string, never>>({ type: "object", additionalProperties: false }),
  outputSchema: {
    type: "object",
    properties: { count: { type: "integer" } },
    required: ["count"],
  },
  handler: () => ({ content: [], structuredContent: { count: "many" } }),
});

export const tools = [attempt, lie];
