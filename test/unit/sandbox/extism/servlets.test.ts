// What an Extism plugin finds behind the seal: the kernel, its capabilities where they were granted, and nothing else.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { CapabilityBroker, CapabilityName } from "@glovebox/host-api/capability";
import type { JsonValue } from "@glovebox/host-api/json";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { makeMachine } from "../../../../runtime/cli/make-machine.ts";
import { parseServletTools } from "../../../../runtime/plugin/extism/servlet-tools.ts";
import type { Sandbox } from "../../../../runtime/sandbox/sandbox.ts";
import { CAN_COMPILE_C } from "../../../helpers/c-guest.ts";
import { openSealed, openServlet, type SealedServlet } from "../../../helpers/sealed-servlets.ts";
import { honestServlet } from "../../../helpers/servlets.ts";

const site = createServer((request, response) => {
  const { method, headers } = request;
  request.setEncoding("utf8").on("data", (body: string) => {
    response.writeHead(418, { "x-site": "ours", "x-two": ["a", "b"] });
    response.end(`${method} ${String(headers["x-servlet"])} ${body}`);
  });
});
const { powers } = makeMachine();
let sandbox: Sandbox;
let origin: string;

before(async () => {
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  sandbox = await openSealed();
});
after(async () => {
  await sandbox.close();
  site.close();
});

function grant(name: CapabilityName, value: JsonValue): CapabilityBroker {
  const capability = CAPABILITIES[name];
  const home = { plugin: "servlet", folder: "/nowhere" };
  return capability.makeBroker(capability.parseGrant(value), home, powers);
}

const open = (
  form: 1 | 2,
  brokers: Partial<Record<CapabilityName, CapabilityBroker>> = {},
): SealedServlet => openServlet(sandbox, honestServlet(form), { brokers });

for (const form of CAN_COMPILE_C ? ([1, 2] as const) : [])
  describe(`a servlet of form ${form}`, () => {
    test("lists its tools, the same at every time", async () => {
      await using servlet = open(form);
      const text = await servlet.list();
      assert.equal(await servlet.list(), text);
      const tools = parseServletTools(text, "list");
      const names = [
        "ask",
        "config",
        "count",
        "echo",
        "fail",
        "fetch",
        "getData",
        "speak",
        "system",
      ];
      assert.deepEqual(
        tools.map(({ name }) => name),
        names,
      );
      assert.deepEqual(tools.find(({ name }) => name === "echo")?.inputSchema, {
        type: "object",
        properties: { text: { type: "string" } },
      });
    });

    test("answers with text, data and errors of its own", async () => {
      await using servlet = open(form);
      assert.equal(
        await servlet.text("echo", { text: "\u00e4\ud83d\ude00" }),
        "\u00e4\ud83d\ude00",
      );
      assert.equal(await servlet.text("fail"), "FAILED: it failed on purpose");
      assert.deepEqual(await servlet.call("getData", {}), {
        content: [{ type: "image", data: "AAAA", mimeType: "image/png" }],
        structuredContent: { sum: 3 },
      });
      assert.equal(await servlet.text("echo", { text: "still here" }), "still here");
    });

    for (const isolation of ["plugin", "instance", "call"] as const)
      test(`no call finds what another left (${isolation})`, async () => {
        await using servlet = openServlet(sandbox, honestServlet(form), { isolation });
        for (let call = 0; call < 3; call += 1)
          assert.equal(await servlet.text("count"), "1 in memory, 1 in a variable");
        assert.equal(await servlet.text("fail"), "FAILED: it failed on purpose");
        assert.equal(await servlet.text("count"), "1 in memory, 1 in a variable");
      });

    test("writes logs and progress", async () => {
      await using servlet = open(form);
      assert.equal(await servlet.text("speak"), "spoken");
      assert.deepEqual(servlet.logs, [
        "info: to the log",
        "error: an error",
        "info: to the output",
        "warn: to the output",
        'warn: {"said":1}',
        // Written last, without a line end.
        "info: half",
        "warn: half",
      ]);
      assert.deepEqual(servlet.progress, [[1, 2, "half"]]);
    });

    test("reads its configuration by the env grant, and nothing without", async () => {
      await using without = open(form);
      assert.equal(await without.text("config", { key: "UNITS" }), "nothing");
      await using servlet = open(form, { env: grant("env", { UNITS: "metric" }) });
      assert.equal(await servlet.text("config", { key: "UNITS" }), "metric");
      assert.equal(await servlet.text("config", { key: "HOME" }), "nothing");
      assert.equal(await servlet.text("config", { key: "constructor" }), "nothing");
    });

    test("sends what the http grant allows, and hears of a refusal what the client does", async () => {
      await using without = open(form);
      const refused = /^PERMISSION_DENIED: The plugin's HTTP request was refused: /;
      assert.match(await without.text("fetch", { url: origin, body: "x" }), refused);
      const rule = {
        host: "127.0.0.1",
        scheme: "http",
        port: Number(new URL(origin).port),
        methods: ["POST"],
      };
      await using servlet = open(form, {
        http: grant("http", { allow: [rule], private: "127.0.0.1/32" }),
      });
      const answer = await servlet.text("fetch", { url: `${origin}/a`, body: "x" });
      assert.match(answer, /^418 POST yes x \{.*"x-site":"ours".*"x-two":"a, b"/);
      assert.match(await servlet.text("fetch", { url: "http://127.0.0.1:1/", body: "x" }), refused);
      assert.match(await servlet.text("fetch", { url: "http://localhost/", body: "x" }), refused);
      assert.equal(await servlet.text("echo", { text: "still here" }), "still here");
    });

    test("gets time and random bytes by their grants, and no environment or file at all", async () => {
      await using without = open(form);
      const bare = "clock 0 1970, random 63 some, environment 0, folder 8, file 76";
      assert.equal(await without.text("system"), bare);
      await using servlet = open(form, {
        clock: grant("clock", true),
        random: grant("random", true),
        env: grant("env", { A: "b" }),
      });
      const granted = "clock 0 now, random 0 some, environment 0, folder 8, file 76";
      assert.equal(await servlet.text("system"), granted);
    });

    test("is refused what it asks the client for, in words that the client reads", async () => {
      await using servlet = open(form);
      for (const what of ["message", "secret", "roots"])
        assert.match(await servlet.text("ask", { what }), /^PERMISSION_DENIED: The plugin asked /);
    });

    test("may say that its tools changed, which is refused and written down", async () => {
      await using servlet = open(form);
      assert.equal(await servlet.text("ask", { what: "tools" }), "asked");
      assert.deepEqual(servlet.denied, ["surface.change refused-by-policy"]);
    });
  });
