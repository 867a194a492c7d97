// An answer of 8 MiB in which every byte is an escape took four seconds to search for secrets, and the broker did nothing
// else meanwhile: a plugin with a granted host that gives back what others wrote could stop every call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseGrant } from "@glovebox/host-api/http/grant";
import { openSecrets } from "@glovebox/host-api/http/secrets";
import { httpPowers } from "../helpers/http-room.ts";

const KIB = 1024;
const SECRET = "tok-0123456789/abcdef";
const grant = parseGrant({
  host: "api.example",
  secret: { header: "authorization", reference: "env:KEY", format: "Bearer {}" },
});
const secrets = openSecrets(grant, httpPowers({ readSecret: () => SECRET }));
const { signal } = new AbortController();

test("other work goes on while a large answer is searched for secrets", async () => {
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    turning = setImmediate(turn);
  };
  let turning = setImmediate(turn);
  assert.equal(await secrets.appearsIn(new Uint8Array(1024 * KIB), signal), false);
  clearImmediate(turning);
  assert.ok(turns > 20, String(turns));
});

test("stops searching when the call ends", async () => {
  const ended = AbortSignal.abort();
  await assert.rejects(secrets.appearsIn(new Uint8Array(1024 * KIB), ended), {
    name: "AbortError",
  });
});

test("finds a secret wherever it lies across the parts, also escaped twice", async () => {
  const twice = Array.from(SECRET, (one) => `&amp;#x${one.charCodeAt(0).toString(16)};`).join("");
  for (const spelling of [SECRET, twice]) {
    for (let at = 32 * KIB - spelling.length - 1; at <= 32 * KIB + 1; at += 1) {
      const body = Buffer.alloc(64 * KIB, "x");
      body.write(spelling, at);
      assert.ok(await secrets.appearsIn(body, signal), String(at));
    }
  }
});
