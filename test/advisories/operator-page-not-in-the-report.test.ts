// `telemetry.debt` alone opens the operator's listener, and the report that is read there, with every path, host and key in
// it, said nothing of it: only `telemetry.metrics.prometheus` did. Costs nothing.
import assert from "node:assert/strict";
import { it } from "node:test";
import { configurationItems } from "../../runtime/debt/configuration-items.ts";
import { CALM } from "../helpers/debt-postures.ts";
import { parseData } from "../helpers/policy-files.ts";

it("the report says that every process of the machine reads it, whichever page is served", () => {
  const isSaidOf = (telemetry: object): boolean =>
    configurationItems({ ...CALM, configuration: parseData({ version: 1, telemetry }) }).some(
      ({ id }) => id === "GB-OPERATOR-PAGES",
    );
  assert.equal(isSaidOf({ debt: true }), true);
  assert.equal(isSaidOf({ metrics: { prometheus: true } }), true);
  assert.equal(isSaidOf({ debt: false }), false);
});
