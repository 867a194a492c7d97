// What a bare component wants follows from its imports, which do not say how much. A release that began to import http could
// not be shown against the approved one: `diff` and `update` ended in an internal error where the new wish belonged.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { canonicalBytes } from "../../runtime/plugin/canonical.ts";
import { packPackage } from "../../runtime/supply/package.ts";
import { fromWat } from "../helpers/component-samples.ts";
import { installForSuite } from "../helpers/installed-workspace.ts";
import { ECHO } from "../helpers/signed-package.ts";

const suite = installForSuite();
const SERVLET = `(module
  (import "extism:host/env" "http_request" (func (param i64 i64) (result i64)))
  (memory (export "memory") 1)
  (func (export "describe") (result i32) i32.const 0)
  (func (export "call") (result i32) i32.const 0))`;

test("a release that begins to want http, without saying which, is shown as one", async (t) => {
  const workspace = suite.installed.copy(t);
  const manifest = {
    ...(JSON.parse(Buffer.from(ECHO.manifest).toString()) as object),
    shape: "extism",
    capabilities: { http: { reason: "The plugin imports http_request." } },
  };
  const component = await fromWat(SERVLET);
  const packed = packPackage({ ...ECHO, component, manifest: canonicalBytes(manifest) });
  writeFileSync(workspace.path("next.tgz"), packed);
  const { code, codes, stdout } = await suite.run(
    ["diff", "echo", workspace.path("next.tgz")],
    workspace,
  );
  assert.deepEqual({ code, codes }, { code: 3, codes: [] });
  assert.match(stdout, /^ {2}http +\+ .*http_request/m);
});
