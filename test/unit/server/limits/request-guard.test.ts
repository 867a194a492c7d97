import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Principal } from "../../../../runtime/policy/principal.ts";
import { makeRequestGuard, networkOf } from "../../../../runtime/server/limits/request-guard.ts";

const ANN: Principal = { via: "key", tenant: "acme", subject: "ann", id: "acme/ann" };
const LIMITS = { requests: { perMinute: 60, burst: 3 }, refused: { perMinute: 60, burst: 2 } };

function makeWorld() {
  const clock = { ms: 5 };
  return { clock, guard: makeRequestGuard(LIMITS, () => clock.ms) };
}

describe("an address", () => {
  it("is held up only by what was refused, and let on again after a while", () => {
    const { clock, guard } = makeWorld();
    for (let index = 0; index < 100; index += 1)
      assert.equal(guard.admitAddress("192.0.2.1"), undefined);
    guard.noteRefused("192.0.2.1");
    assert.equal(guard.admitAddress("192.0.2.1"), undefined);
    guard.noteRefused("192.0.2.1");
    assert.equal(guard.admitAddress("192.0.2.1"), 1);
    assert.equal(guard.admitAddress("192.0.2.2"), undefined);
    for (let index = 0; index < 1000; index += 1) guard.noteRefused("192.0.2.1");
    assert.equal(guard.admitAddress("192.0.2.1"), 1, "a flood is not a debt for ever");
    clock.ms += 1000;
    assert.equal(guard.admitAddress("192.0.2.1"), undefined);
  });

  it("is one in each spelling, and one for the network of an IPv6 subscriber", () => {
    const { guard } = makeWorld();
    for (const spelling of ["::ffff:192.0.2.1", "192.0.2.1"]) guard.noteRefused(spelling);
    assert.equal(guard.admitAddress("192.0.2.1"), 1);
    guard.noteRefused("2001:db8:0:1::1");
    guard.noteRefused("2001:0DB8:0:01:ffff::2%eth0");
    assert.equal(guard.admitAddress("2001:db8:0:1:aaaa:bbbb:cccc:dddd"), 1);
    assert.equal(guard.admitAddress("2001:db8:0:2::1"), undefined);
  });

  it("is found among 10,000 others", () => {
    const { guard } = makeWorld();
    for (let index = 0; index < 2; index += 1) guard.noteRefused("192.0.2.1");
    for (let index = 0; index < 10_000; index += 1)
      guard.noteRefused(`10.${index >> 8}.${index & 255}.1`);
    assert.equal(guard.admitAddress("192.0.2.1"), 1);
  });

  it("of any shape is read without harm", () => {
    for (const text of ["", ":", ":::", "::", "::1", "1::2::3", "x".repeat(10_000), "fe80::1%\n"])
      assert.ok(networkOf(text).length <= 80, text);
  });
});

describe("a caller's requests", () => {
  it("are counted whatever they ask for", () => {
    const { clock, guard } = makeWorld();
    for (let index = 0; index < 3; index += 1) assert.equal(guard.admitPrincipal(ANN), undefined);
    assert.equal(guard.admitPrincipal({ ...ANN, client: "another key", id: "x" }), 1);
    assert.equal(guard.admitPrincipal({ ...ANN, subject: "bob" }), undefined);
    clock.ms += 1000;
    assert.equal(guard.admitPrincipal(ANN), undefined);
    assert.equal(guard.admitPrincipal(ANN), 1);
  });
});
