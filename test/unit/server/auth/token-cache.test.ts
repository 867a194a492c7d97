import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TokenCache } from "../../../../runtime/server/auth/token-cache.ts";

describe("what was verified", () => {
  it("is bounded, and what was used longest ago leaves first", () => {
    const cache = new TokenCache<number>(3);
    for (const key of [1, 2, 3]) cache.set(String(key), key, 100);
    assert.equal(cache.get("1", 0), 1);
    cache.set("4", 4, 100);
    assert.deepEqual(
      ["1", "2", "3", "4"].map((key) => cache.get(key, 0)),
      [1, undefined, 3, 4],
    );
    for (let key = 0; key < 10_000; key += 1) cache.set(`more ${key}`, key, 100);
    assert.equal(cache.size, 3);
  });

  it("ends when it ends, and is forgotten at once where keys change", () => {
    const cache = new TokenCache<number>(3);
    cache.set("a", 1, 100);
    assert.equal(cache.get("a", 99), 1);
    assert.equal(cache.get("a", 100), undefined);
    assert.equal(cache.get("a", 0), undefined);
    cache.set("b", 2, 100);
    cache.clear();
    assert.equal(cache.get("b", 0), undefined);
  });
});
