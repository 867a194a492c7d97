// An Extism plugin, as an operator gets one: a `.wasm` and nothing else. Looked at, approved, pinned, called by clients.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { readCalls } from "../helpers/audit-lines.ts";
import { CAN_COMPILE_C } from "../helpers/c-guest.ts";
import { CLIENTS, textOf } from "../helpers/mcp-clients.ts";
import { makeSharedMachine, runInProcess, type Ended } from "../helpers/run-glovebox.ts";
import { snapshot } from "../helpers/scratch.ts";
import { makeServedWorkspace, type ServedWorkspace } from "../helpers/served-workspace.ts";
import { honestServlet, hostileServlet } from "../helpers/servlets.ts";

/** Both forms have the same tools. */
const SAME_NAMES = ["--accept", "name-overlap"];

let workspace: ServedWorkspace;
let shared: Awaited<ReturnType<typeof makeSharedMachine>>;
const file = (name: string): string => join(workspace.folder, name);
const run = (...words: string[]): Promise<Ended> =>
  runInProcess([...words, "--config", workspace.configFile], shared.machine);

const lockOf = (alias: string) =>
  (
    JSON.parse(readFileSync(file("glovebox.lock.json"), "utf8")) as {
      plugins: Record<string, { name: string; version: string; signers: unknown[] }>;
    }
  ).plugins[alias];

if (CAN_COMPILE_C) {
  before(async () => {
    workspace = await makeServedWorkspace([]);
    shared = await makeSharedMachine();
    for (const [name, form] of [
      ["elder", 1],
      ["younger", 2],
    ] as const) {
      writeFileSync(file(`${name}.wasm`), honestServlet(form));
      const accept = form === 2 ? SAME_NAMES : [];
      const added = run("add", file(`${name}.wasm`), "--unsigned", "--yes", ...accept);
      const { code, stderr } = await added;
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    }
  });
  after(async () => {
    await shared?.close();
    workspace?.remove();
  });

  describe("an Extism plugin without a manifest", () => {
    test("is not even asked for its tools when nobody signed it", async () => {
      const found = snapshot(workspace.folder);
      const { code, codes } = await run("add", file("elder.wasm"), "--as", "another", "--yes");
      assert.deepEqual({ code, codes }, { code: 3, codes: ["ERR_SIGNATURE_MISSING"] });
      assert.deepEqual(snapshot(workspace.folder), found);
    });

    test("is shown with what it wants, which it does not get", async () => {
      const { stdout } = await run("inspect", "elder");
      assert.match(stdout, /http {2}imported, without saying how much of it/);
      assert.match(stdout, /because: The plugin imports extism:host\/env#http_request\./);
      assert.match(stdout, /random {2}wants secure random bytes\n.*\n.*not granted/);
      assert.match(stdout, /getData/);
      assert.deepEqual(lockOf("elder"), {
        ...lockOf("elder"),
        name: "elder",
        version: "0.0.0",
        signers: [],
      });
    });

    test("is signed as the package that it becomes, and then needs no exception", async () => {
      writeFileSync(file("signed.wasm"), honestServlet(1));
      const signed = await run("sign", file("signed.wasm"), "--key", file("author.key"));
      assert.deepEqual(signed.codes, []);
      const added = await run("add", file("signed.wasm"), "--yes", ...SAME_NAMES);
      assert.deepEqual(added.codes, []);
      assert.equal(lockOf("signed")?.signers.length, 1);
      writeFileSync(file("signed.wasm"), hostileServlet());
      const { codes } = await run("add", file("signed.wasm"), "--as", "signed", "--yes");
      assert.ok(codes.includes("ERR_SIGNATURE_OTHER_COMPONENT"), codes.join());
      rmSync(file("signed.wasm"));
      assert.deepEqual((await run("verify")).codes, []);
    });

    test("is refused once other bytes stand at its source", async () => {
      writeFileSync(file("younger.wasm"), hostileServlet());
      const { code, codes } = await run("verify");
      writeFileSync(file("younger.wasm"), honestServlet(2));
      assert.deepEqual({ code, codes }, { code: 3, codes: ["ERR_COMPONENT_CHANGED"] });
      assert.equal((await run("verify")).code, 0);
    });

    test("may not import or export what no servlet does", async () => {
      // (module (import "env" "system" (func)) (func (export "call")))
      const strange = Buffer.from(
        "0061736d010000000104016000000 20e0103656e760673797374656d0000030201000708010463616c6c00010a040102000b".replace(
          " ",
          "",
        ),
        "hex",
      );
      writeFileSync(file("strange.wasm"), strange);
      const { code, codes } = await run("add", file("strange.wasm"), "--unsigned", "--yes");
      assert.deepEqual(
        { code, codes: codes.toSorted() },
        { code: 3, codes: ["ERR_EXTISM_EXPORT", "ERR_EXTISM_IMPORT"] },
      );
    });
  });

  for (const [name, connect] of CLIENTS)
    test(`${name} lists and calls servlets of both forms`, async (t) => {
      const client = await connect(workspace);
      t.after(() => client.close());
      const { tools } = await client.listTools();
      for (const form of ["elder", "younger"]) {
        assert.ok(tools.some((tool) => tool.name === `${form}__getData`));
        const said = await client.call(`${form}__echo`, { text: "through the seal" });
        assert.equal(textOf(said), "through the seal");
        for (let call = 0; call < 2; call += 1)
          assert.equal(
            textOf(await client.call(`${form}__count`, {})),
            "1 in memory, 1 in a variable",
          );
        assert.partialDeepStrictEqual(await client.call(`${form}__ask`, { what: "secret" }), {
          isError: true,
          structuredContent: { error_code: "PERMISSION_DENIED" },
        });
        assert.partialDeepStrictEqual(await client.call(`${form}__fail`, {}), {
          isError: true,
          structuredContent: { error_code: "FAILED", message: "it failed on purpose" },
        });
        assert.partialDeepStrictEqual(await client.call(`${form}__getData`, {}), {
          structuredContent: { sum: 3 },
        });
        const { content } = await client.call(`${form}__getData`, {});
        assert.deepEqual(content, [{ type: "image", data: "AAAA", mimeType: "image/png" }]);
      }
    });

  test("a plugin that announces other tools keeps those that were approved, and the audit says so", async (t) => {
    const [connect] = CLIENTS.map(([, open]) => open);
    const client = await connect!(workspace);
    t.after(() => client.close());
    const before = await client.listTools();
    assert.equal(textOf(await client.call("younger__ask", { what: "tools" })), "asked");
    assert.deepEqual(await client.listTools(), before);
    assert.partialDeepStrictEqual(readCalls(workspace.folder).at(-1), {
      tool_name: "younger__ask",
      status: "success",
      denied: [{ operation: "surface.change", tag: "refused-by-policy" }],
    });
  });
}
