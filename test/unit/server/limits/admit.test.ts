import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ASKS_NOTHING } from "../../../../runtime/inputs.ts";
import type { Admission, CallableTool, Caller } from "../../../../runtime/call.ts";
import type { Principal } from "../../../../runtime/policy/principal.ts";
import {
  DEFAULT_REFUSED,
  DEFAULT_REQUESTS,
  type RateConfiguration,
} from "../../../../runtime/policy/server/rate.ts";
import { callerKey, makeAdmit } from "../../../../runtime/server/limits/admit.ts";
import { makeMemoryMeter } from "../../../../runtime/server/limits/memory-meter.ts";
import type { Meter } from "../../../../runtime/server/limits/meter.ts";

const RATE: RateConfiguration = {
  default: { perDay: 2 },
  tools: {},
  tenant: {},
  callers: [],
  requests: DEFAULT_REQUESTS,
  refused: DEFAULT_REFUSED,
  whenAway: "refuse",
};
const ANN: Principal = {
  via: "key",
  tenant: "acme",
  subject: "ann",
  client: "k1",
  id: "acme/ann/k1",
};

function tool(exposedName: string): CallableTool {
  // The limits read no more of a tool than this.
  return { exposedName, plugin: { deadlineMs: 1000 } } as CallableTool;
}

function caller(principal: Principal, conversation = "c"): Caller {
  return { principal, conversation, can: ASKS_NOTHING };
}

function makeWorld(rate: Partial<RateConfiguration>, meter: Meter = makeMemoryMeter()) {
  const admit = makeAdmit({ ...RATE, ...rate }, meter);
  return (principal: Principal, name = "time__now", conversation?: string): Admission => {
    const admission = admit(caller(principal, conversation), tool(name));
    assert.ok(!(admission instanceof Promise), "a promise costs a turn");
    return admission;
  };
}

function codesOf(admissions: readonly Admission[]): readonly (string | undefined)[] {
  return admissions.map(({ refused }) => refused?.error_code);
}

describe("the limits of a caller", () => {
  it("are refused with a typed error that says when to come back", () => {
    const call = makeWorld({ default: { perMinute: 6, burst: 1, perDay: 2, concurrent: 1 } });
    const first = call(ANN);
    assert.equal(first.refused, undefined);
    const { refused } = call(ANN);
    assert.equal(refused?.error_code, "RATE_LIMITED");
    assert.ok(Number.isInteger(refused.retry_after) && (refused.retry_after ?? 0) > 0);
    const ended = makeWorld({ default: { perDay: 1 } });
    ended(ANN);
    assert.equal(ended(ANN).refused?.error_code, "QUOTA_EXCEEDED");
    assert.ok((ended(ANN).refused?.retry_after ?? 0) > 86_000);
  });

  it("are one over all keys, clients and sessions of a user", () => {
    const call = makeWorld({});
    const admissions = ["k1", "k2", "k3"].map((client, index) =>
      call({ ...ANN, client, id: `acme/ann/${client}` }, "time__now", `session ${index}`),
    );
    assert.deepEqual(codesOf(admissions), [undefined, undefined, "QUOTA_EXCEEDED"]);
  });

  it("are over all tools, and each tool's own come on top", () => {
    const call = makeWorld({ default: { perDay: 3 }, tools: { web__fetch: { perDay: 1 } } });
    assert.deepEqual(
      codesOf([
        call(ANN, "web__fetch"),
        call(ANN, "web__fetch"),
        call(ANN, "time__now"),
        call(ANN, "time__now"),
        call(ANN, "time__now"),
      ]),
      [undefined, "QUOTA_EXCEEDED", undefined, undefined, "QUOTA_EXCEEDED"],
    );
  });

  it("are apart for another user and the same user of another tenant", () => {
    const call = makeWorld({ default: { perDay: 1 } });
    assert.deepEqual(
      codesOf([
        call(ANN),
        call({ ...ANN, subject: "bob", id: "acme/bob/k1" }),
        call({ ...ANN, tenant: "other", id: "other/ann/k1" }),
        call(ANN),
      ]),
      [undefined, undefined, undefined, "QUOTA_EXCEEDED"],
    );
  });

  it("are bounded together by those of their tenant", () => {
    const call = makeWorld({ default: { perDay: 2 }, tenant: { perDay: 3 } });
    const users = ["ann", "bob", "eve", "ida"].map((subject) => ({ ...ANN, subject, id: subject }));
    assert.deepEqual(codesOf(users.map((user) => call(user))), [
      undefined,
      undefined,
      undefined,
      "QUOTA_EXCEEDED",
    ]);
  });

  it("are others for those who are named, and for nobody by half", () => {
    const call = makeWorld({
      default: { perDay: 1 },
      callers: [
        { tenant: "acme", scope: "batch", limits: { perDay: 3 } },
        { subject: "ida", limits: { perDay: 2 } },
      ],
    });
    const countOf = (principal: Principal): number =>
      Array.from({ length: 5 }, () => call(principal)).filter(({ refused }) => !refused).length;
    const batch = new Set(["batch"]);
    assert.equal(countOf({ ...ANN, scopes: batch }), 3);
    assert.equal(countOf({ ...ANN, subject: "bob", id: "b" }), 1);
    assert.equal(countOf({ ...ANN, tenant: "other", scopes: batch, id: "o" }), 1);
    assert.equal(countOf({ ...ANN, subject: "ida", id: "i" }), 2);
  });
});

describe("a caller's key", () => {
  const part = fc.oneof(
    fc.constantFrom("", "a", '"', ",", '","user","', "\\", "\u0000"),
    fc.string(),
  );
  const principal = fc.record(
    { tenant: part, subject: part, client: part, id: part },
    { requiredKeys: ["tenant", "id"] },
  );

  it("is the same for no two who are not one", () => {
    const who = ({ tenant, subject, client, id }: Principal): readonly unknown[] =>
      subject !== undefined
        ? [tenant, 0, subject]
        : client !== undefined
          ? [tenant, 1, client]
          : [tenant, 2, id];
    fc.assert(
      fc.property(principal, principal, (left, right) => {
        const one: Principal = { via: "key", ...left };
        const other: Principal = { via: "key", ...right };
        const isSame = JSON.stringify(who(one)) === JSON.stringify(who(other));
        assert.equal(callerKey(one) === callerKey(other), isSame);
      }),
    );
  });

  it("keeps case and blanks: whether they matter is the issuer's to say", () => {
    const keys = ["ann", "Ann", " ann", "ann ", "ann\u0000"].map((subject) =>
      callerKey({ ...ANN, subject }),
    );
    assert.equal(new Set(keys).size, keys.length);
  });
});

describe("a meter that fails", () => {
  const rejecting: Meter = { take: () => Promise.reject(new Error("away")) };

  it("refuses the call, with no word of why", async () => {
    const admission = await makeAdmit(RATE, rejecting)(caller(ANN), tool("time__now"));
    assert.equal(admission.refused?.error_code, "OVERLOADED");
    assert.ok((admission.refused.retry_after ?? 0) > 0);
    assert.doesNotMatch(JSON.stringify(admission.refused), /away/);
  });

  it("is replaced by the one that was given for it, whose limits hold", async () => {
    const admit = makeAdmit({ ...RATE, default: { perDay: 1 } }, rejecting, makeMemoryMeter());
    const admissions = [
      await admit(caller(ANN), tool("time__now")),
      await admit(caller(ANN), tool("time__now")),
    ];
    assert.deepEqual(codesOf(admissions), [undefined, "QUOTA_EXCEEDED"]);
  });
});
