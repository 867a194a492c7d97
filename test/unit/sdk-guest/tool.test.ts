import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CapabilityError,
  clock,
  context,
  defineTool,
  env,
  files,
  fromJsonSchema,
  kv,
  random,
  type Tool,
  ToolError,
} from "@glovebox/sdk";
import { testPlugin } from "@glovebox/sdk/testing";
import { z } from "zod";

/** A tool that does what the test says. */
function tool(handler: () => unknown, output?: z.ZodType): Tool {
  return defineTool({
    name: "run",
    description: "Runs the test's handler",
    input: z.object({}),
    ...(output && { output }),
    handler,
  });
}
const run = (handler: () => unknown, output?: z.ZodType, grants = {}) =>
  testPlugin([tool(handler, output)], grants).call("run");

test("gives each kind of answer MCP's shape", async () => {
  assert.deepEqual(await run(() => "text"), { content: [{ type: "text", text: "text" }] });
  assert.deepEqual(await run(() => ({ a: 1 })), {
    content: [{ type: "text", text: '{"a":1}' }],
    structuredContent: { a: 1 },
  });
  assert.deepEqual(await run(() => [1]), {
    content: [{ type: "text", text: "[1]" }],
    structuredContent: [1],
  });
  assert.deepEqual(await run(() => undefined), { content: [] });
  const image = { type: "image", data: "AA==", mimeType: "image/png" } as const;
  assert.deepEqual(await run(() => ({ content: [image] })), { content: [image] });
});

test("takes an answer with a content of its own for a value", async () => {
  const value = { content: [{ type: "text", text: "x" }], more: 1 };
  assert.deepEqual((await run(() => value)).structuredContent, value);
  assert.deepEqual((await run(() => ({ content: ["x"] }))).structuredContent, { content: ["x"] });
});

test("holds an answer against its output schema", async () => {
  const output = z.object({ n: z.number() });
  assert.deepEqual((await run(() => ({ n: 1, extra: 2 }), output)).structuredContent, { n: 1 });
  assert.equal((await run(() => ({ n: "1" }), output)).error?.error_code, "FAILED");
  assert.equal((await run(() => "text", output)).error?.error_code, "FAILED");
  const whole = await run(() => ({ content: [], structuredContent: { n: 2 } }), output);
  assert.deepEqual(whole, { content: [], structuredContent: { n: 2 } });
});

const THROWN: [title: string, thrown: unknown, code: string, message?: string][] = [
  ["an Error", new Error("why"), "FAILED", "why"],
  ["a ToolError", new ToolError({ error_code: "CONFLICT", message: "taken" }), "CONFLICT", "taken"],
  ["a string", "only text", "FAILED", "only text"],
  ["null", null, "FAILED", "null"],
  ["undefined", undefined, "FAILED", "undefined"],
  ["an Error without words", new Error(""), "FAILED"],
  ["an object without a prototype", Object.create(null), "FAILED"],
  ["a getter that throws", { get message(): string { throw new Error("inner"); } }, "FAILED"], // prettier-ignore
  ["a proxy that throws", new Proxy({}, { get: () => assert.fail("trap") }), "FAILED"],
  ["a symbol", Symbol("s"), "FAILED", "Symbol(s)"],
  ["a refusal", new CapabilityError("not-found", "filesystem", "files.readFile"), "NOT_FOUND"],
  [
    "a refusal by the grant",
    new CapabilityError("not-permitted", "kv", "kv.getValue"),
    "PERMISSION_DENIED",
  ],
];
for (const [title, thrown, code, message] of THROWN) {
  test(`answers ${title} that was thrown as ${code}`, async () => {
    const { error, content } = await run(() => {
      throw thrown;
    });
    assert.equal(content, undefined);
    assert.equal(error?.error_code, code);
    if (message !== undefined) assert.equal(error?.message, message);
    assert.ok(error && error.message.length > 0);
  });
}

test("bounds what an error says, and never shows a stack", async () => {
  const { error } = await run(() => {
    throw new Error("x".repeat(100_000));
  });
  assert.ok(error && error.message.length < 2100);
  const { error: other } = await run(() => JSON.parse("{"));
  assert.ok(other && !other.message.includes("\n"));
});

test("keeps suggestion and retry_after, and drops what is no number", async () => {
  const body = {
    error_code: "RATE_LIMITED",
    message: "m",
    suggestion: "s",
    retry_after: 5,
  } as const;
  const thrower = (value: object) => () => {
    throw new ToolError({ ...body, ...value });
  };
  assert.deepEqual((await run(thrower({}))).error, body);
  assert.equal((await run(thrower({ retry_after: Number.NaN }))).error?.retry_after, undefined);
  assert.throws(() => new ToolError({ error_code: "TEAPOT" as never, message: "m" }), TypeError);
});

test("refuses answers that JSON cannot carry", async () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  for (const value of [1n, cycle, () => {}, Symbol("s")]) {
    assert.equal((await run(() => value)).error?.error_code, "FAILED");
  }
});

const REFUSED: Record<string, object> = {
  "a name with capitals": { name: "Run" },
  "a name with a hyphen": { name: "a-b" },
  "a name that is too long": { name: "a".repeat(49) },
  "no name": { name: undefined },
  "no description": { description: " " },
  "an input that is no schema": { input: {} },
  "an output that is no schema": { output: { type: "object" } },
  "no handler": { handler: undefined },
  "an unknown key": { handlr: () => {} },
};
for (const [title, wrong] of Object.entries(REFUSED)) {
  test(`refuses to define a tool with ${title}`, () => {
    const options = {
      name: "run",
      description: "d",
      input: z.object({}),
      handler: () => 1,
      ...wrong,
    };
    assert.throws(() => defineTool(options as never), TypeError);
  });
}

test("lists tools by name, with schemas of any library that gives them", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };
  const bare = {
    "~standard": { version: 1, vendor: "bare", validate: (value: unknown) => ({ value }) },
  } as const;
  const options = { description: "d", handler: () => 1 };
  const plugin = testPlugin([
    defineTool({ ...options, name: "z", input: z.object({ a: z.string().default("x") }) }),
    defineTool({
      ...options,
      name: "b",
      input: bare,
      inputSchema: schema,
      annotations: { readOnlyHint: true },
    }),
    defineTool({
      ...options,
      name: "a",
      title: "A",
      input: fromJsonSchema(schema),
      output: z.object({ n: z.int() }),
    }),
  ]);
  assert.deepEqual(
    plugin.list().map(({ name }) => name),
    ["a", "b", "z"],
  );
  const [a, b, last] = plugin.list();
  assert.deepEqual(b, {
    name: "b",
    description: "d",
    inputSchema: schema,
    annotations: { readOnlyHint: true },
  });
  assert.deepEqual([a?.title, a?.inputSchema], ["A", schema]);
  assert.equal(a?.outputSchema?.["type"], "object");
  // What the caller may leave out is not required of it.
  assert.equal("required" in last!.inputSchema, false);
  assert.equal("$schema" in last!.inputSchema, false);
});

test("refuses a list that could not be served", () => {
  const options = { name: "a", description: "d", handler: () => 1 };
  const bare = {
    "~standard": { version: 1, vendor: "bare", validate: (value: unknown) => ({ value }) },
  } as const;
  assert.throws(() => testPlugin([]).list(), TypeError);
  assert.throws(
    () => testPlugin([defineTool({ ...options, input: z.string() })]).list(),
    TypeError,
  );
  assert.throws(() => testPlugin([defineTool({ ...options, input: bare })]).list(), TypeError);
  const one = defineTool({ ...options, input: z.object({}) });
  assert.throws(() => testPlugin([one, one]).list(), TypeError);
});

const DENIED: Record<string, () => unknown> = {
  clock: () => clock.now(),
  "the global Date": () => Date.now(),
  sleep: () => clock.sleep(1),
  random: () => random.bytes(1),
  "the global Math.random": () => Math.random(),
  env: () => env.get("A"),
  kv: () => kv.get("k"),
  files: () => files.readText("a"),
  fetch: () => fetch("https://example.com/"),
};
for (const [title, use] of Object.entries(DENIED)) {
  test(`denies ${title} without its grant`, async () => {
    assert.equal((await run(use)).error?.error_code, "PERMISSION_DENIED");
  });
}

test("gives a handler what the test granted, and shows what it left", async () => {
  const plugin = testPlugin(
    [
      tool(async () => {
        await kv.set(
          "k",
          `${await files.readText("in")}${env.get("A") ?? ""}${await (await fetch("https://e.com/")).text()}`,
        );
        await files.write("out", "x");
        await clock.sleep(1000);
        console.assert(context().tool === "run");
        return [Date.now(), new Date().toISOString(), Math.random() < 1, env.names()];
      }),
    ],
    {
      files: { in: "f" },
      kv: {},
      env: { A: "a" },
      clock: new Date(5000),
      random: 1,
      fetch: (request) => new Response(request.url),
    },
  );
  const { structuredContent } = await plugin.call("run");
  assert.deepEqual(structuredContent, [6000, "1970-01-01T00:00:06.000Z", true, ["A"]]);
  assert.equal(new TextDecoder().decode(plugin.kv.get("k")), "fahttps://e.com/");
  assert.equal(plugin.files.has("out"), true);
  assert.ok(Date.now() > 1e12, "outside of a call the clock is Node's");
});

test("keeps two plugins' hosts apart while both run", async () => {
  const slow = tool(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return env.get("A");
  });
  const answers = await Promise.all(
    ["1", "2"].map((value) => testPlugin([slow], { env: { A: value } }).call("run")),
  );
  assert.deepEqual(
    answers.map(({ content }) => content),
    [[{ type: "text", text: "1" }], [{ type: "text", text: "2" }]],
  );
});

test("refuses arguments as the host does, before the handler runs", async () => {
  const plugin = testPlugin([
    defineTool({
      name: "a",
      description: "d",
      input: fromJsonSchema<{ n: number }>({
        type: "object",
        properties: { n: { type: "integer" } },
        required: ["n"],
      }),
      handler: ({ n }) => n,
    }),
  ]);
  assert.equal((await plugin.call("a", { n: 1.5 })).error?.error_code, "INVALID_INPUT");
  assert.equal((await plugin.call("a")).error?.error_code, "INVALID_INPUT");
  assert.equal((await plugin.call("a", { n: 2 })).structuredContent, 2);
  assert.equal((await plugin.call("b")).error?.error_code, "NOT_FOUND");
});
