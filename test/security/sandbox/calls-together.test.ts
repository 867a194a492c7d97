// Many short calls at once: a runner is sent several, and still runs one after the other. Real processes, really sealed.
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonValue } from "@glovebox/host-api/json";
import { makeProcessPowers } from "../../../runtime/powers/process.ts";
import { DEFAULT_LIMITS, type Limits } from "../../../runtime/sandbox/limits.ts";
import { openSandbox } from "../../../runtime/sandbox/open-sandbox.ts";
import { SEALED_FOLDER } from "../../../runtime/sandbox/programs.ts";
import type {
  Isolation,
  Sandbox,
  SealedPlugin,
  Transpiled,
} from "../../../runtime/sandbox/sandbox.ts";
import { makeTerms } from "../../helpers/hostile-channel.ts";
import { sealedChildren } from "../../helpers/sealed-children.ts";

/** What a component becomes, written by hand, so that its calls are short on any machine. */
const GUEST: Transpiled = {
  script: Buffer.from(`() => (_core, imports) => {
    const { getValue } = imports["glovebox:plugin/kv@0.1.0"] ?? imports["glovebox:plugin/kv"];
    let calls = 0;
    const callTool = (name, text) => {
      calls += 1;
      if (name === "spin") for (;;);
      if (name !== "ask") return text + " " + calls;
      return text + " " + new TextDecoder().decode(getValue(text)) + " " + calls;
    };
    return { tools: { callTool } };
  }`),
  modules: [],
};

let sandbox: Sandbox;
before(async () => {
  sandbox = await openSandbox(makeProcessPowers(SEALED_FOLDER));
});
after(() => sandbox.close());

interface Opened {
  readonly plugin: SealedPlugin;
  /** Host calls by the call in whose name they came. */
  readonly asked: string[];
  call(name: string, text: string): Promise<string>;
}

function open(t: TestContext, limits: Partial<Limits>, isolation: Isolation = "plugin"): Opened {
  const asked: string[] = [];
  const { operations, brokers } = makeTerms({
    "kv.get": async ({ args }, { callId }) => {
      asked.push(callId);
      await sleep(1);
      return { value: true, body: Buffer.from(`of ${textOf(args[0])}`) };
    },
  });
  assert.ok(operations.size > 0);
  const plugin = sandbox.openPlugin({
    plugin: "p",
    transpiled: GUEST,
    isolation,
    limits: { ...DEFAULT_LIMITS, deadlineMs: 20_000, ...limits },
    granted: ["kv"],
    brokers,
  });
  t.after(() => plugin.close());
  return {
    plugin,
    asked,
    async call(name, text) {
      const { signal } = new AbortController();
      const scope = { callId: text, plugin: "p", tool: name, signal };
      const path = ["tools", "callTool"];
      const { value } = await plugin.call({
        scope,
        export: path,
        args: [name, text],
        context: null,
      });
      return textOf(value);
    },
  };
}

/** Until a runner is known for short calls. */
async function warm(opened: Opened): Promise<void> {
  await sleep(50);
  // More than after a long call, which any may be on a busy machine.
  for (let count = 0; count < 1200; count += 1) await opened.call("echo", "warm");
}

function textOf(value: JsonValue | undefined): string {
  assert.ok(typeof value === "string");
  return value;
}

const codeOf = (promise: Promise<string>): Promise<string> =>
  promise.catch((error: { readonly code: string }) => error.code);

test("more calls than there are places are answered, each with its own answer and on its own state", async (t) => {
  const opened = open(t, { concurrentCalls: 1, queuedCalls: 0 });
  const first = [codeOf(opened.call("echo", "a")), codeOf(opened.call("echo", "b"))];
  assert.deepEqual(await Promise.all(first), ["a 1", "ERR_OVERLOADED"]);
  let answered = 0;
  // On a busy machine a call may be long that is short otherwise.
  for (let round = 0; round < 20 && answered < 12; round += 1) {
    await warm(opened);
    const texts = Array.from({ length: 12 }, (_, index) => `text ${index}`);
    const outcomes = await Promise.all(texts.map((text) => codeOf(opened.call("echo", text))));
    for (const [index, outcome] of outcomes.entries())
      if (outcome !== "ERR_OVERLOADED") assert.equal(outcome, `${texts[index]} 1`);
    answered = outcomes.filter((outcome) => outcome !== "ERR_OVERLOADED").length;
  }
  assert.equal(answered, 12);
});

test("what is answered to a call's host call is its own, whoever waits behind it", async (t) => {
  const opened = open(t, { concurrentCalls: 1 });
  await warm(opened);
  for (let round = 0; round < 5; round += 1) {
    const texts = Array.from({ length: 12 }, (_, index) => `${round}-${index}`);
    opened.asked.length = 0;
    const answers = await Promise.all(
      texts.map((text, index) => opened.call(index % 3 === 0 ? "ask" : "echo", text)),
    );
    const isAsking = (_: string, index: number): boolean => index % 3 === 0;
    assert.deepEqual(
      answers,
      texts.map((text, index) => (index % 3 === 0 ? `${text} of ${text} 1` : `${text} 1`)),
    );
    assert.deepEqual(opened.asked.toSorted(), texts.filter(isAsking).toSorted());
  }
});

test("where a place is free, a runner is started for it beside the calls that go behind another", async (t) => {
  const opened = open(t, { concurrentCalls: 2 });
  await warm(opened);
  await sleep(500);
  const before = sealedChildren().length;
  const endMs = performance.now() + 20_000;
  while (sealedChildren().length <= before) {
    assert.ok(performance.now() < endMs, "no second runner came");
    await Promise.all(["a", "b", "c"].map((text) => opened.call("echo", text)));
    await sleep(20);
  }
});

test("who stands behind a call without end is answered by another runner, long before that is ended", async (t) => {
  const opened = open(t, { concurrentCalls: 2, deadlineMs: 5000 });
  await warm(opened);
  let isOver = false;
  const endless = codeOf(opened.call("spin", "endless")).finally(() => (isOver = true));
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => opened.call("echo", `text ${index}`)),
  );
  assert.equal(isOver, false);
  assert.deepEqual(
    answers,
    answers.map((_, index) => `text ${index} 1`),
  );
  assert.equal(await endless, "ERR_CALL_DEADLINE");
});

test("when runners are killed, whose turn it was is told so, and everybody else is answered, once", async (t) => {
  const opened = open(t, { concurrentCalls: 2 });
  await warm(opened);
  let killed = 0;
  for (let round = 0; round < 6; round += 1) {
    opened.asked.length = 0;
    const texts = Array.from({ length: 30 }, (_, index) => `${round}-${index}`);
    const outcomes = texts.map((text) => codeOf(opened.call("ask", text)));
    await sleep(3 + round);
    const [runner, other = runner] = sealedChildren();
    process.kill((round % 2 === 0 ? runner : other) ?? 0, "SIGKILL");
    const ended = await Promise.all(outcomes);
    const died = ended.filter((outcome) => outcome === "ERR_RUNNER_DIED");
    killed += died.length;
    assert.ok(died.length <= 1, ended.join(", "));
    for (const [index, outcome] of ended.entries())
      if (outcome !== "ERR_RUNNER_DIED")
        assert.equal(outcome, `${texts[index]} of ${texts[index]} 1`);
    assert.equal(new Set(opened.asked).size, opened.asked.length, "nothing was done twice");
    await warm(opened);
  }
  assert.ok(killed > 0, "no call was under way");
});

test("where each call has a process of its own, nobody is sent behind another", async (t) => {
  const opened = open(t, { concurrentCalls: 1, queuedCalls: 0 }, "call");
  let answered = 0;
  for (let count = 0; count < 30; count += 1) {
    const both = [codeOf(opened.call("echo", "a")), codeOf(opened.call("echo", "b"))];
    const [first, second] = await Promise.all(both);
    assert.equal(second, "ERR_OVERLOADED");
    // The process of the call before may not be gone yet.
    if (first === "a 1") answered += 1;
    else assert.equal(first, "ERR_OVERLOADED");
    await sleep(20);
  }
  assert.ok(answered > 0);
});
