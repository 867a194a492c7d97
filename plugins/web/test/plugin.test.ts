import assert from "node:assert/strict";
import { test } from "node:test";
import { testPlugin } from "@glovebox/sdk/testing";
import { tools } from "../src/plugin.ts";

const latin1 = Uint8Array.from("<meta charset=latin1><p>caf\xe9", (character) =>
  character.charCodeAt(0),
);
const SITE: Record<string, () => Response> = {
  "/page": () => html("<title>Page</title><h1>Hi</h1><p>there"),
  "/long": () => html(`<p>${"x".repeat(500)}`),
  "/latin1": () => new Response(latin1, { headers: { "content-type": "text/html" } }),
  "/text": () => new Response("<p>as it is", { headers: { "content-type": "text/plain" } }),
  "/untyped": () => new Response(new TextEncoder().encode("<!doctype html><p>x")),
  "/data": () => Response.json({ items: [{ "a/b": 1 }], "~": null }),
  "/big": () => Response.json({ big: "x".repeat(200_000), small: 1 }),
  "/image": () => new Response(new Uint8Array(4), { headers: { "content-type": "image/png" } }),
  "/busy": () => new Response("", { status: 429, headers: { "retry-after": "7" } }),
  "/down": () => new Response("", { status: 503, headers: { "retry-after": "Fri, 01 Jan 2027" } }),
  "/gone": () => new Response("", { status: 410 }),
};
const html = (text: string): Response =>
  new Response(text, { headers: { "content-type": "text/html; charset=utf-8" } });

const plugin = testPlugin(tools, {
  fetch: (request) => {
    const { host, pathname } = new URL(request.url);
    assert.equal(request.method, "GET");
    return host === "example.com" && SITE[pathname]
      ? SITE[pathname]()
      : new Response("", { status: 404 });
  },
});

async function page(path: string, args: Record<string, number | boolean> = {}): Promise<string> {
  const { content, error } = await plugin.call("fetch_page", {
    url: `https://example.com${path}`,
    ...args,
  });
  const [block] = content ?? [];
  return error?.error_code ?? (block?.type === "text" ? block.text : "");
}

test("answers a page as Markdown with its title and address", async () => {
  assert.equal(
    await page("/page"),
    "Title: Page\nAddress: https://example.com/page\n\n# Hi\n\nthere",
  );
  assert.equal(
    await page("/page", { raw: true }),
    "Address: https://example.com/page\n\n<title>Page</title><h1>Hi</h1><p>there",
  );
});

test("answers a long page in parts", async () => {
  const first = await page("/long", { length: 200 });
  assert.match(first, /500 characters in all; go on with start 200/);
  assert.match(await page("/long", { start: 400, length: 200 }), /\n\nx{100}$/);
});

test("reads other encodings and types", async () => {
  assert.match(await page("/latin1"), /café$/);
  assert.match(await page("/text"), /<p>as it is$/);
  assert.match(await page("/untyped"), /\n\nx$/);
});

test("answers JSON, or the part at a pointer", async () => {
  const get = async (path: string, pointer = ""): Promise<unknown> => {
    const { structuredContent, error } = await plugin.call("fetch_json", {
      url: `https://example.com${path}`,
      pointer,
    });
    return error?.error_code ?? (structuredContent as { value: unknown }).value;
  };
  assert.deepEqual(await get("/data"), { items: [{ "a/b": 1 }], "~": null });
  assert.equal(await get("/data", "/items/0/a~1b"), 1);
  assert.equal(await get("/data", "/~0"), null);
  for (const pointer of ["/items/1", "/items/length", "/items/00", "/constructor", "/~0/x"]) {
    assert.equal(await get("/data", pointer), "NOT_FOUND", pointer);
  }
  assert.equal(await get("/data", "items"), "INVALID_INPUT");
  assert.equal(await get("/data", "/~2"), "INVALID_INPUT");
  assert.equal(await get("/big"), "INVALID_INPUT");
  assert.equal(await get("/big", "/small"), 1);
  assert.equal(await get("/text"), "FAILED");
});

test("turns statuses and bodies that are no text into errors", async () => {
  assert.equal(await page("/nowhere"), "NOT_FOUND");
  assert.equal(await page("/gone"), "NOT_FOUND");
  assert.equal(await page("/image"), "INVALID_INPUT");
  const busy = await plugin.call("fetch_page", { url: "https://example.com/busy" });
  assert.deepEqual([busy.error?.error_code, busy.error?.retry_after], ["RATE_LIMITED", 7]);
  const down = await plugin.call("fetch_page", { url: "https://example.com/down" });
  assert.deepEqual([down.error?.error_code, down.error?.retry_after], ["UNAVAILABLE", undefined]);
});

test("refuses what is no address for it", async () => {
  for (const url of [
    "",
    "example.com",
    "/page",
    "file:///etc/passwd",
    "ftp://example.com/",
    "https://user:pw@example.com/",
    "data:,x",
  ]) {
    assert.equal(
      (await plugin.call("fetch_page", { url })).error?.error_code,
      "INVALID_INPUT",
      url,
    );
  }
});

test("needs the network", async () => {
  const { error } = await testPlugin(tools).call("fetch_page", { url: "https://example.com/" });
  assert.equal(error?.error_code, "PERMISSION_DENIED");
});
