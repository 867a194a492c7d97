import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { JsonObject } from "@glovebox/host-api/json";
import { testPlugin, type TestPlugin } from "@glovebox/sdk/testing";
import { tools } from "../src/plugin.ts";

let plugin: TestPlugin;
beforeEach(() => {
  plugin = testPlugin(tools, {
    files: {
      "readme.md": "# Title\nHello World\n",
      "notes/a.txt": "one\r\nTWO\nthree two",
      "notes/deep/b.md": "two",
      "image.bin": new Uint8Array([0, 1, 2, 255]),
    },
  });
});

async function call(name: string, args: JsonObject): Promise<unknown> {
  const { structuredContent, content, error } = await plugin.call(name, args);
  return (
    error?.error_code ??
    structuredContent ??
    (content ?? []).map((block) => (block.type === "text" ? block.text : ""))
  );
}

test("lists one folder, or all beneath it", async () => {
  assert.deepEqual(await call("list", {}), {
    entries: [
      { path: "image.bin", kind: "file" },
      { path: "notes", kind: "directory" },
      { path: "readme.md", kind: "file" },
    ],
    cut: false,
  });
  assert.deepEqual(await call("list", { recursive: true, glob: "*.md" }), {
    entries: [
      { path: "readme.md", kind: "file" },
      { path: "notes/deep/b.md", kind: "file" },
    ],
    cut: false,
  });
  assert.deepEqual(await call("list", { path: "./notes/", glob: "notes/*.txt" }), {
    entries: [{ path: "notes/a.txt", kind: "file" }],
    cut: false,
  });
});

test("says that a list was cut", async () => {
  const many = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`f${index}`, ""]));
  const { structuredContent } = await testPlugin(tools, { files: many }).call("list", {});
  assert.equal((structuredContent as { cut: boolean }).cut, true);
});

test("reads text, and parts of it at whole characters", async () => {
  assert.deepEqual(await call("read", { path: "readme.md" }), ["# Title\nHello World\n"]);
  await call("write", { path: "e.txt", text: "aé€😀z" });
  let text = "";
  for (let offset = 0; ;) {
    const [part, more] = (await call("read", { path: "e.txt", offset, length: 1 })) as string[];
    text += part;
    if (more === undefined) break;
    offset = Number(/offset (\d+)/.exec(more)![1]);
  }
  assert.equal(text, "aé€😀z");
  assert.deepEqual(await call("read", { path: "e.txt", offset: 1000 }), [""]);
});

test("refuses to read bytes as text, and gives them as base64", async () => {
  assert.equal(await call("read", { path: "image.bin" }), "INVALID_INPUT");
  assert.deepEqual(await call("read", { path: "image.bin", encoding: "base64" }), ["AAEC/w=="]);
  const [part] = (await call("read", {
    path: "image.bin",
    encoding: "base64",
    offset: 1,
    length: 2,
  })) as string[];
  assert.equal(part, "AQI=");
});

test("writes text and bytes, and makes folders", async () => {
  assert.deepEqual(await call("write", { path: "x/y/z.txt", text: "é" }), {
    path: "x/y/z.txt",
    bytes: 2,
  });
  assert.deepEqual(await call("write", { path: "x/y/z.txt", text: "!", mode: "append" }), {
    path: "x/y/z.txt",
    bytes: 3,
  });
  assert.deepEqual(await call("write", { path: "b.bin", base64: "AAH/" }), {
    path: "b.bin",
    bytes: 3,
  });
  assert.deepEqual([...plugin.files.get("b.bin")!], [0, 1, 255]);
});

test("refuses to write over a file that must be new, over a folder, or two things at once", async () => {
  assert.equal(await call("write", { path: "readme.md", text: "x", mode: "create" }), "CONFLICT");
  assert.equal(await call("write", { path: "notes", text: "x" }), "INVALID_INPUT");
  assert.equal(await call("write", { path: "readme.md/x", text: "x" }), "INVALID_INPUT");
  assert.equal(await call("write", { path: "x", text: "x", base64: "AA==" }), "INVALID_INPUT");
  assert.equal(await call("write", { path: "x" }), "INVALID_INPUT");
  assert.equal(await call("write", { path: "x", base64: "not base64!" }), "INVALID_INPUT");
});

test("finds lines, in any case or exactly", async () => {
  assert.deepEqual(await call("search", { query: "two" }), {
    matches: [
      { path: "notes/a.txt", line: 2, text: "TWO" },
      { path: "notes/a.txt", line: 3, text: "three two" },
      { path: "notes/deep/b.md", line: 1, text: "two" },
    ],
    cut: false,
  });
  assert.deepEqual(await call("search", { query: "TWO", case_sensitive: true, glob: "*.txt" }), {
    matches: [{ path: "notes/a.txt", line: 2, text: "TWO" }],
    cut: false,
  });
  assert.equal(((await call("search", { query: "two", limit: 1 })) as { cut: boolean }).cut, true);
  assert.deepEqual(await call("search", { query: "(.*)" }), { matches: [], cut: false });
});

test("deletes a file and an empty folder, and no full one", async () => {
  assert.equal(await call("delete", { path: "notes" }), "CONFLICT");
  assert.deepEqual(await call("delete", { path: "notes/deep/b.md" }), {
    deleted: "notes/deep/b.md",
  });
  assert.equal(plugin.files.has("notes/deep/b.md"), false);
  assert.equal(await call("delete", { path: "nothing" }), "NOT_FOUND");
});

test("leaves its folder in no way", async () => {
  for (const path of ["../x", "/etc/passwd", "a/../../b", "..\\x"]) {
    for (const name of ["read", "list", "delete"])
      assert.equal(await call(name, { path }), "PERMISSION_DENIED");
    assert.equal(await call("write", { path, text: "x" }), "PERMISSION_DENIED", path);
    assert.equal([...plugin.files.keys()].length, 4);
  }
});

test("writes nothing where it may only read", async () => {
  const reader = testPlugin(tools, { files: { a: "x" }, filesReadOnly: true });
  assert.equal(
    (await reader.call("write", { path: "a", text: "y" })).error?.error_code,
    "PERMISSION_DENIED",
  );
  assert.equal((await reader.call("read", { path: "a" })).error, undefined);
});
