import assert from "node:assert/strict";
import { test } from "node:test";
import { findProgram } from "../../../runtime/sandbox/programs.ts";

function findNothing(): never {
  throw new Error("ENOENT");
}

test("names the remedy when a sealed program is not built", () => {
  assert.throws(() => findProgram({ realPath: findNothing }, "runner"), {
    name: "SandboxError",
    code: "ERR_NOT_BUILT",
  });
});

test("finds a program that is built", () => {
  assert.match(findProgram({ realPath: (path) => path }, "runner"), /dist\/sealed\/runner\.cjs$/);
});
