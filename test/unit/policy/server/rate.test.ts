import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RATE_ROWS } from "../../../../runtime/policy/server/rate.ts";
import { parseText } from "../../../helpers/policy-files.ts";
import { assertRefused, errorsOf } from "../../../helpers/refusals.ts";

const rate = (limits: string): string => `version: 1\nserver:\n  rate:\n    default: ${limits}\n`;

describe("a limit of callers", () => {
  for (const [key, { min, max }] of Object.entries(RATE_ROWS)) {
    const beside = key === "burst" ? "per_minute: 1, " : "";
    const read = (value: string) => () => parseText(rate(`{ ${beside}${key}: ${value} }`));

    it(`${key} is a whole number in its range`, () => {
      for (const value of [min, max]) assert.doesNotThrow(read(String(value)));
      for (const value of [String(min - 1), String(max + 1), "-1", "1.5", "-0.0"])
        assertRefused(read(value), "ERR_CONFIG_INVALID");
    });

    it(`${key} is no number that only looks like one`, () => {
      for (const value of [
        ".nan",
        ".inf",
        "-.inf",
        "0x10",
        "0o17",
        "1_000",
        "+5",
        "010",
        "NaN",
        "Infinity",
        "1e30",
        "1e400",
      ])
        assert.throws(read(value), value);
      for (const value of ['"10"', "true", "null", "[1]", "{ a: 1 }", "9007199254740993"])
        assert.throws(read(value), value);
    });
  }

  it("must limit something", () => {
    for (const limits of ["{}", "null", "{ burst: 5 }"])
      assertRefused(() => parseText(rate(limits)), "ERR_CONFIG_INVALID");
    assertRefused(() => parseText("version: 1\nserver: { rate: {} }"), "ERR_CONFIG_INVALID");
  });

  it("stays within what the buckets can count", () => {
    const { server } = parseText(
      rate("{ per_minute: 1000000, burst: 1000000, per_day: 1000000000 }"),
    );
    for (const amount of Object.values(server.rate?.default ?? {}))
      assert.ok(Number.isSafeInteger(amount * 60_000));
  });
});

describe("a secret in the place of a reference", () => {
  const secret = "hunter2-hunter2-hunter2";

  it("is refused, and nothing of it is shown", () => {
    for (const section of [
      `state_key: ${secret}`,
      `state_key: "env:${secret}"`,
      `state_key: ["${secret}"]`,
      `state_key: { ${secret}: 1 }`,
      `store: { redis: "redis://:${secret}@redis.internal" }`,
      `store: "redis://:${secret}@redis.internal"`,
      `store: { redis: "file:${secret}" }`,
    ])
      for (const { message, remedy } of errorsOf(() =>
        parseText(`version: 1\nserver:\n  ${section}\n`),
      ))
        assert.ok(!`${message} ${remedy}`.includes("hunter2"), section);
  });
});
