import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Validator, type Schema } from "@cfworker/json-schema";

export const REPORT_SCHEMA = JSON.parse(
  readFileSync(new URL("../../runtime/debt/debt-report.schema.json", import.meta.url), "utf8"),
) as Schema;
const validator = new Validator(REPORT_SCHEMA, "2020-12", false);

/** Whether a value is a report of debt as its published schema says. */
export function assertReport(value: unknown): void {
  const { valid, errors } = validator.validate(value);
  assert.ok(valid, JSON.stringify(errors));
}
