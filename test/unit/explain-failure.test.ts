import assert from "node:assert/strict";
import { test } from "node:test";
import { RUNTIME_ERROR_CODES } from "../../runtime/answer.ts";
import { AT_REST_ERRORS, AtRestError, type AtRestErrorCode } from "../../runtime/at-rest/errors.ts";
import { explainFailure } from "../../runtime/explain-failure.ts";
import { ComponentError } from "../../runtime/plugin/component/errors.ts";
import {
  SANDBOX_ERRORS,
  SandboxError,
  type SandboxErrorCode,
} from "../../runtime/sandbox/errors.ts";
import { CliError } from "../../runtime/cli/errors.ts";

const INSIDE = "/srv/tools/.glovebox/data at 10.0.0.7:5432 in postgres://user:hunter2@db";
const codes = Object.keys(SANDBOX_ERRORS).filter(
  (code): code is SandboxErrorCode => code in SANDBOX_ERRORS,
);

test("every end of a sealed call has a code of the closed list, and tells nothing of the inside", () => {
  for (const code of codes) {
    const answer = explainFailure(new SandboxError(code, INSIDE, { cause: new Error(INSIDE) }));
    assert.ok(
      RUNTIME_ERROR_CODES.some((known) => known === answer.error_code),
      code,
    );
    assert.doesNotMatch(JSON.stringify(answer), /srv|10\.0|hunter2|postgres|\/|ERR_/, code);
  }
});

test("a component that does not fit into its memory is told as that, and not as the host's fault", () => {
  const answer = explainFailure(new ComponentError("ERR_COMPONENT_MEMORY", INSIDE));
  assert.equal(answer.error_code, "MEMORY_LIMIT");
  assert.doesNotMatch(JSON.stringify(answer), /srv|hunter2/);
});

test("kept data that does not open is told as that, and as something that passes only where it does", () => {
  const codesOfData = Object.keys(AT_REST_ERRORS) as AtRestErrorCode[];
  const passing = codesOfData.filter((code) => {
    const answer = explainFailure(new AtRestError(code, INSIDE));
    assert.equal(answer.error_code, "UNAVAILABLE", code);
    assert.doesNotMatch(JSON.stringify(answer), /srv|10\.0|hunter2|\/|ERR_/, code);
    return answer.retry_after !== undefined;
  });
  assert.deepEqual(passing.toSorted(), ["ERR_KEY_PROVIDER", "ERR_TENANT_KEY_STALE"]);
});

test("an unforeseen throw is the host's fault and not the caller's or the plugin's", () => {
  const throws: unknown[] = [
    new Error(INSIDE),
    new CliError("ERR_USAGE", INSIDE),
    INSIDE,
    undefined,
    null,
    { code: "ERR_CALL_DEADLINE" },
  ];
  for (const thrown of throws) {
    const answer = explainFailure(thrown);
    assert.equal(answer.error_code, "INTERNAL");
    assert.doesNotMatch(JSON.stringify(answer), /srv|hunter2/);
  }
});
