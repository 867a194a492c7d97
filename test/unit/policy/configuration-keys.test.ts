// Every key of a configuration with every wrong value, and beside it a key that does not exist.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { change, EVERYTHING, parseData } from "../../helpers/policy-files.ts";
import { assertRefused, codesOf, errorsOf } from "../../helpers/refusals.ts";
import { WRONG, KEYS } from "../../helpers/configuration-keys.ts";

describe("a wrong type", () => {
  for (const [path, right] of Object.entries(KEYS)) {
    it(`is refused at ${path}`, () => {
      for (const value of WRONG) {
        const parse = (): unknown => parseData(change(EVERYTHING, path, value));
        if (right.some((each) => JSON.stringify(each) === JSON.stringify(value)))
          assert.doesNotThrow(parse);
        else {
          const codes = codesOf(parse);
          const isVersion = path === "version" && typeof value === "number";
          assert.deepEqual(
            [...new Set(codes)],
            [isVersion ? "ERR_FORMAT_VERSION" : "ERR_CONFIG_INVALID"],
            JSON.stringify(value),
          );
        }
      }
    });
  }
});

describe("an unknown key", () => {
  const places = [
    "",
    "trust.0.",
    "plugins.time.",
    "plugins.time.grants.",
    "plugins.time.limits.",
    "limits.",
    "waivers.0.",
  ];
  for (const place of places) {
    it(`is refused in ${place || "the file"}`, () => {
      for (const key of ["x", "Version", "$schema", "<<", "toString", "key "])
        assertRefused(
          () => parseData(change(EVERYTHING, `${place}${key}`, null)),
          "ERR_CONFIG_INVALID",
        );
    });
  }

  it("is answered with the one that was meant", () => {
    const slips = {
      plugns: "plugins",
      "plugins.time.grant": "grants",
      "plugins.time.grants.filesytem": "filesystem",
      "limits.deadlin": "deadline",
    };
    for (const [slip, meant] of Object.entries(slips)) {
      const [error] = errorsOf(() => parseData(change(EVERYTHING, slip, null)));
      assert.ok(error?.remedy.includes(`"${meant}"`), slip);
    }
  });
});
