// What the broker sends and reads is what jco's generated code takes and gives: types drawn at random, in components that give back what they get.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { JsonValue } from "@glovebox/host-api/json";
import { inspectComponent } from "../../../../runtime/plugin/component/inspect.ts";
import { decodeValue } from "../../../../runtime/plugin/wit/decode-values.ts";
import { deriveTools, type WitTool } from "../../../../runtime/plugin/wit/derive-tools.ts";
import { encodeArguments } from "../../../../runtime/plugin/wit/encode-values.ts";
import { runExport } from "../../../../runtime/sandbox/runner/run-export.ts";
import { instantiateGuest, transpileGuest } from "../../../helpers/guest-component.ts";
import { echoComponent, writeType } from "../../../helpers/wit-components.ts";
import { jsonOf, witType } from "../../../helpers/wit-values.ts";

const TYPES = 40;
const VALUES = 20;

function callTool(
  exports: Record<string, unknown>,
  { type, path }: WitTool,
  value: JsonValue,
): string {
  const { args = [], issues } = encodeArguments(type, { v: value });
  assert.deepEqual(issues, undefined);
  const call = { t: "call", id: 1, export: path, args, typed: true, context: null } as const;
  const { message, body } = runExport(exports, call);
  assert.deepEqual(message, { t: "result", id: 1 });
  return decodeValue(type.result, JSON.parse(Buffer.from(body ?? []).toString())["ok"]);
}

test("random values of random types come back through generated code as they went in", async () => {
  const types = fc.sample(witType(3), { numRuns: TYPES });
  const definitions: string[] = [];
  const written = types.map((type) => writeType(type, definitions));
  const component = await echoComponent(written, definitions.join("\n"));
  const { tools, leftOut } = deriveTools(inspectComponent(component));
  assert.deepEqual(leftOut, []);
  const guest = await transpileGuest(component);
  for (const tool of tools) {
    const index = Number(/\d+$/.exec(tool.definition.name)?.[0]);
    const list = { kind: "list", item: types[index]! } as const;
    for (const value of fc.sample(jsonOf(list), { numRuns: VALUES })) {
      // A new instance each time: its memory is never given back.
      const exports = await instantiateGuest(guest, {});
      assert.deepEqual(JSON.parse(callTool(exports, tool, value)), value, written[index] ?? "");
    }
  }
});

test("an option of an option is none, or its innermost value", async () => {
  const component = await echoComponent(["option<option<u8>>"]);
  const exports = await instantiateGuest(await transpileGuest(component), {});
  const [tool] = deriveTools(inspectComponent(component)).tools;
  assert.equal(tool && callTool(exports, tool, [null, 7]), "[null,7]");
});
