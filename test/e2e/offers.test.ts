// What plugins offer beside tools, and what they ask, as clients of both eras see it over stdio.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import { Client, type ClientOptions } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { CONFORMANCE_PLUGINS } from "../helpers/conformance.ts";
import { makeServedWorkspace, until, type ServedWorkspace } from "../helpers/served-workspace.ts";

const HOSTILE = {
  folder: join(import.meta.dirname, "../fixtures/hostile-offers"),
  grants: ["kv", "ask=form,url:login.example.com"],
};

let workspace: ServedWorkspace;
before(async () => {
  workspace = await makeServedWorkspace([CONFORMANCE_PLUGINS[0]!, HOSTILE]);
});
after(() => workspace?.remove());

type Answering = (message: string, asked: object) => object;

const MODES = { "2025-11-25": "legacy", "2026-07-28": { pin: "2026-07-28" } } as const;

async function connect(
  t: TestContext,
  era: keyof typeof MODES,
  answer?: Answering,
): Promise<Client> {
  const options: ClientOptions = {
    versionNegotiation: { mode: MODES[era] },
    capabilities: answer ? { elicitation: { form: {}, url: {} } } : {},
  };
  const client = new Client({ name: "test", version: "1" }, options);
  if (answer)
    client.setRequestHandler(
      "elicitation/create",
      ({ params }) => answer(params.message, params) as never,
    );
  await client.connect(new StdioClientTransport({ ...workspace.command, stderr: "ignore" }));
  t.after(() => client.close());
  return client;
}

async function textOf(client: Client, name: string, args = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: args });
  const [block] = content as { text: string }[];
  return block?.text ?? "";
}

function firstText({ messages: [message] }: { messages: readonly object[] }): string {
  const { content } = message as { content: { text: string } };
  return content.text;
}

for (const era of Object.keys(MODES) as (keyof typeof MODES)[]) {
  describe(era, () => {
    test("lists, reads, gets and completes", async (t) => {
      const client = await connect(t, era);
      const { resources } = await client.listResources();
      assert.ok(resources.some(({ uri }) => uri === "test://static-text"));
      const { prompts } = await client.listPrompts();
      assert.ok(prompts.some(({ name }) => name === "everything__test_simple_prompt"));
      const read = await client.readResource({ uri: "test://template/a%20b/data" });
      assert.deepEqual(JSON.parse((read.contents[0] as { text: string }).text), {
        id: "a b",
        templateTest: true,
        data: "Data for ID: a b",
      });
      const got = await client.getPrompt({
        name: "everything__test_prompt_with_arguments",
        arguments: { arg1: "x", arg2: "y" },
      });
      assert.equal(firstText(got), "Prompt with arguments: arg1='x', arg2='y'");
      const { completion } = await client.complete({
        ref: { type: "ref/prompt", name: "everything__test_prompt_with_arguments" },
        argument: { name: "arg1", value: "par" },
      });
      assert.deepEqual(completion.values, ["paris", "park", "party"]);
      const other = await client.complete({
        ref: { type: "ref/resource", uri: "test://template/{id}/data" },
        argument: { name: "id", value: "12" },
      });
      assert.deepEqual(other.completion.values, ["12", "123"]);
    });

    test("refuses what is not there, with its name", async (t) => {
      const client = await connect(t, era);
      const uri = "test://nothing";
      await assert.rejects(client.readResource({ uri }), { code: -32602, data: { uri } });
      await assert.rejects(client.getPrompt({ name: "everything__nothing" }), { code: -32602 });
      await assert.rejects(
        client.getPrompt({ name: "everything__test_prompt_with_arguments", arguments: {} }),
        { code: -32602 },
      );
      await assert.rejects(
        client.complete({
          ref: { type: "ref/prompt", name: "everything__test_prompt_with_arguments" },
          argument: { name: "nothing", value: "" },
        }),
        { code: -32602 },
      );
    });

    test("asks the person, and goes on with the answer", async (t) => {
      const asked: string[] = [];
      const client = await connect(t, era, (message) => {
        asked.push(message);
        return { action: "accept", content: { name: "Ann", color: "green" } };
      });
      const text = await textOf(client, "everything__test_input_required_result_multi_round");
      assert.equal(text, "Ann likes green");
      assert.deepEqual(asked, [
        "Step 1: What is your name?",
        "Step 2: What is your favorite color?",
      ]);
    });

    test("a person may decline", async (t) => {
      const client = await connect(t, era, () => ({ action: "decline" }));
      const text = await textOf(client, "everything__test_elicitation", { message: "Who?" });
      assert.equal(text, "User response: action=decline, content={}");
    });

    test("a prompt asks too", async (t) => {
      const client = await connect(t, era, () => ({
        action: "accept",
        content: { context: "rain" },
      }));
      const { messages } = await client.getPrompt({
        name: "everything__test_input_required_result_prompt",
      });
      assert.equal(firstText({ messages }), "Use this context: rain");
    });

    test("a client that cannot be asked is told so", async (t) => {
      const client = await connect(t, era);
      const call = client.callTool({
        name: "everything__test_elicitation",
        arguments: { message: "Who?" },
      });
      if (era === "2026-07-28") await assert.rejects(call, { code: -32021 });
      else {
        const { structuredContent } = await call;
        assert.equal((structuredContent as { error_code: string }).error_code, "INPUT_UNAVAILABLE");
      }
    });

    describe("a hostile plugin", () => {
      test("cannot answer in another's name, nor with what is no resource", async (t) => {
        const client = await connect(t, era);
        for (const name of ["other", "runtime", "empty", "base64", "type", "deep", "large"])
          await assert.rejects(
            client.readResource({ uri: `hostile://${name}` }),
            (error: { code?: number; message: string }) =>
              error.code === -32603 && !error.message.includes("Not theirs"),
            name,
          );
        await assert.rejects(client.getPrompt({ name: "hostile_offers__as_system" }), {
          code: -32603,
        });
      });

      test("cannot ask for what is secret or hidden, or send people elsewhere", async (t) => {
        const asked: string[] = [];
        const client = await connect(t, era, (message) => {
          asked.push(message);
          return { action: "accept", content: {} };
        });
        assert.deepEqual(JSON.parse(await textOf(client, "hostile_offers__ask_login")), [
          "refused-by-policy",
          "refused-by-policy",
          "refused-by-policy",
          "not-permitted",
          "not-permitted",
        ]);
        await textOf(client, "hostile_offers__ask_blank");
        assert.deepEqual(asked, []);
      });

      test("cannot ask without end", async (t) => {
        let asked = 0;
        const client = await connect(t, era, () => {
          asked += 1;
          return { action: "accept", content: { sure: true } };
        });
        const ended = await client
          .callTool({ name: "hostile_offers__ask_forever", arguments: {} })
          .then(({ isError }) => isError === true)
          .catch(() => true);
        assert.ok(ended);
        assert.ok(asked > 0 && asked <= 8, `${asked} questions`);
      });

      test("does not go on where its call has ended", async (t) => {
        const client = await connect(t, era, () => ({
          action: "accept",
          content: { sure: true },
        }));
        const text = await textOf(client, "hostile_offers__go_on_after_asking");
        assert.equal(JSON.parse(text).after, null, "nothing ran after the question");
      });
    });
  });
}

test("who subscribed hears of a change, and of no flood", async (t) => {
  const client = await connect(t, "2025-11-25");
  const heard: string[] = [];
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
    heard.push(params.uri);
  });
  let lists = 0;
  client.setNotificationHandler("notifications/tools/list_changed", () => {
    lists += 1;
  });
  await client.subscribeResource({ uri: "test://watched-resource" });
  await client.callTool({ name: "hostile_offers__notify_flood", arguments: {} });
  assert.deepEqual(heard, [], "another plugin's word about it counts for nothing");
  await client.callTool({ name: "everything__test_trigger_resource_update", arguments: {} });
  await until(() => heard.length > 0, "the update is told");
  assert.deepEqual(heard, ["test://watched-resource"]);
  assert.ok(lists >= 1 && lists <= 3, `${lists} notices`);
  await client.unsubscribeResource({ uri: "test://watched-resource" });
});

test("log lines go to a client that asked for them", async (t) => {
  const client = await connect(t, "2025-11-25");
  const lines: unknown[] = [];
  client.setNotificationHandler("notifications/message", ({ params }) => {
    lines.push(params.data);
  });
  await client.callTool({ name: "everything__test_tool_with_logging", arguments: {} });
  assert.deepEqual(lines, []);
  await client.setLoggingLevel("info");
  await client.callTool({ name: "everything__test_tool_with_logging", arguments: {} });
  await until(() => lines.length === 3, "three lines");
  await client.setLoggingLevel("error");
  await client.callTool({ name: "everything__test_tool_with_logging", arguments: {} });
  assert.equal(lines.length, 3);
});
