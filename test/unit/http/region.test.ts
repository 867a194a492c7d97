// Labels of hosts, and what they let a bound tenant reach. Costs no process.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { coversGrant, formatGrant } from "@glovebox/host-api/http/coverage";
import { parseFlag, parseGrant } from "@glovebox/host-api/http/grant";
import { regionOf } from "@glovebox/host-api/http/region";
import { http } from "@glovebox/host-api/http/capability";
import { GrantError } from "@glovebox/host-api/errors";
import type { Destination } from "@glovebox/host-api/capability";
import type { HttpPowerResponse } from "@glovebox/host-api/powers";
import { parseAskGrant } from "@glovebox/host-api/ask/grant";
import { httpPowers, refusedAs, scope } from "../../helpers/http-room.ts";

/** Powers in whose world every name is public and every server answers; `seen` are the hosts that were connected to. */
function world(seen: string[], asked: string[] = []) {
  return httpPowers({
    async resolveHost(host) {
      asked.push(host);
      return [{ address: "93.184.216.34", family: 4 }];
    },
    readSecret: () => "a-secret-of-length",
    async sendHttp({ url }): Promise<HttpPowerResponse> {
      seen.push(new URL(url).host);
      return {
        status: 200,
        headers: [],
        body: (async function* () {})(),
        trailers: () => [],
        cancel() {},
      };
    },
  });
}

async function reach(
  grant: unknown,
  host: string,
  { regions, tenant }: { readonly regions?: readonly string[]; readonly tenant?: string },
) {
  const [seen, asked, destinations]: [string[], string[], Destination[]] = [[], [], []];
  const home = {
    plugin: "p",
    folder: "/none",
    ...(regions && { regions }),
    ...(tenant && { tenant }),
  };
  const broker = http.makeBroker(parseGrant(grant), home, world(seen, asked));
  const call = { ...scope(), connects: (to: Destination) => void destinations.push(to) };
  const body = new Uint8Array();
  const tagOf = async (run: () => unknown): Promise<unknown> => {
    try {
      return void (await run());
    } catch (error) {
      return (error as { tag?: string }).tag;
    }
  };
  const url = `https://${host}/path?query`;
  const whole = await tagOf(() =>
    broker.operations["http.send"]!({ args: ["GET", url, []], body }, call),
  );
  const args = ["GET", url, [], "whole", null, [null, null, null]];
  const streamed = await tagOf(async () => {
    const { value } = await broker.operations["http.open"]!({ args, body }, call);
    await broker.operations["http.wait"]!({ args: [[[value, "head"]], 1000], body }, call);
    return broker.operations["http.head"]!({ args: [value], body }, call);
  });
  assert.equal(streamed, whole, "both ways out are the same way");
  return { tag: whole, seen, asked, destinations };
}

describe("a region", () => {
  it("is written as text behind a bare host, or as a key, and is kept and shown", () => {
    const grant = parseGrant([
      "api.example.com:8443@eu",
      { host: "b.example.com", region: "us-1" },
    ]);
    assert.deepEqual(
      grant.allow.map(({ host, port, region }) => [host, port, region]),
      [
        ["api.example.com", 8443, "eu"],
        ["b.example.com", 443, "us-1"],
      ],
    );
    assert.deepEqual(parseGrant(parseFlag("api.example.com@eu")).allow[0]?.region, "eu");
    assert.deepEqual(parseGrant(grant), grant);
    assert.match(formatGrant(grant), /https:\/\/api\.example\.com:8443\/ \(region eu\)/);
    assert.equal("region" in parseGrant("api.example.com").allow[0]!, false, "old forms stay");
  });

  it("is refused where it could be a user, where it is no name, and twice for a host", () => {
    for (const rule of [
      "https://user@example.com/",
      "https://example.com@eu",
      "https://example.com:443@eu/v1/",
      "example.com@eu/v1/",
      "example.com@",
      "@eu",
      "user:pass@example.com",
      "a@b@c",
      "example.com@EU",
      "token@api.example.com",
      "example.com:443@eu:1",
      ...[1, null, "", "-eu", "eu-", "e u", "x".repeat(33), ["eu"], "é"].map((region) => ({
        host: "example.com",
        region,
      })),
    ])
      assert.throws(() => parseGrant(rule), GrantError, JSON.stringify(rule));
    for (const pair of [
      ["a.example@eu", "a.example:8443@us"],
      ["a.example@eu", "a.example:8443"],
      ["*.a.example", "*.a.example:8443@eu"],
    ])
      assert.throws(() => parseGrant(pair), GrantError);
    assert.throws(() => parseAskGrant({ url: ["login.example.com@eu"] }), GrantError);
  });

  it("is that of the rule which names the host most exactly", () => {
    const grant = parseGrant([
      "*.example.com@eu",
      "*.us.example.com@us",
      "x.us.example.com@uk",
      "plain.example.com",
    ]);
    const regions = ["a", "us", "a.us", "x.us", "plain"].map((name) =>
      regionOf(grant, `${name}.example.com`),
    );
    assert.deepEqual(regions, ["eu", "eu", "us", "uk", null]);
  });

  it("belongs to what a request covers", () => {
    const granted = parseGrant("a.example@eu");
    assert.equal(coversGrant(granted, parseGrant("a.example")), true);
    assert.equal(coversGrant(granted, parseGrant("a.example@eu")), true);
    assert.equal(coversGrant(granted, parseGrant("a.example@us")), false);
    assert.equal(coversGrant(parseGrant("a.example"), granted), false);
  });
});

describe("a tenant that is bound", () => {
  const grant = ["*.example.com@eu", "us.example.com@us", "plain.example.org"];

  it("reaches what is labelled so, and nothing else is even looked up", async () => {
    const bound = { regions: ["eu"] };
    const inside = await reach(grant, "a.example.com", bound);
    assert.deepEqual([inside.tag, inside.seen.length], [undefined, 2]);
    assert.deepEqual(inside.destinations[0], {
      scheme: "https",
      host: "a.example.com",
      port: 443,
      region: "eu",
    });
    for (const host of ["us.example.com", "plain.example.org"]) {
      const { tag, seen, asked, destinations } = await reach(grant, host, bound);
      assert.deepEqual([tag, seen, asked, destinations], ["refused-by-policy", [], [], []]);
    }
  });

  it("reaches nothing where it is bound to no region, and everything where it is not bound", async () => {
    assert.equal((await reach(grant, "a.example.com", { regions: [] })).tag, "refused-by-policy");
    for (const host of ["a.example.com", "us.example.com", "plain.example.org"])
      assert.equal((await reach(grant, host, {})).tag, undefined);
  });

  it("is not let out by a wildcard where the exact rule is another tenant's", async () => {
    const secret = { header: "x-key", reference: "env:OWN", perTenant: { other: "env:OTHER" } };
    const rules = ["*.example.com@eu", { host: "us.example.com", region: "us", secret }];
    const { tag, seen } = await reach(rules, "us.example.com", { regions: ["eu"], tenant: "acme" });
    assert.deepEqual([tag, seen], ["refused-by-policy", []]);
  });

  it("goes nowhere when nobody can keep that it went there", async () => {
    const seen: string[] = [];
    const broker = http.makeBroker(parseGrant(grant), { plugin: "p", folder: "/" }, world(seen));
    const connects = (): void => {
      throw new RangeError("full");
    };
    const request = { args: ["GET", "https://a.example.com/", []], body: new Uint8Array() };
    await assert.rejects(
      async () => broker.operations["http.send"]!(request, { ...scope(), connects }),
      refusedAs("unreachable"),
    );
    assert.deepEqual(seen, []);
  });
});
