// Each remark on a parameter was looked up among all parts of the tool, and each remark on a part copied those before it:
// a surface of 256 KiB held the operator's terminal for five seconds.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeOutput } from "../../runtime/cli/output.ts";
import { showTools } from "../../runtime/cli/show/show-tools.ts";
import { viewTool, type ToolView } from "../../runtime/firewall/tool-view.ts";

const out = { ...makeOutput(process, false), line: () => {} };
const many = (count: number) => ({
  type: "object",
  properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, {}])),
});
const viewOf = (inputSchema: object): ToolView =>
  viewTool({ name: "t", description: "x", inputSchema: inputSchema as never }, []);

function cpuOf(view: ToolView): number {
  const least = Array.from({ length: 3 }, () => {
    const start = process.cpuUsage();
    showTools([view], out);
    return process.cpuUsage(start).user;
  });
  return Math.min(...least);
}

for (const [name, make] of [
  ["of its own", (count: number) => many(count)],
  ["of one parameter", (count: number) => ({ properties: { a: many(count) } })],
] as const)
  test(`showing a tool with many parameters ${name} takes time linear in them`, () => {
    const [few, lots] = [viewOf(make(2000)), viewOf(make(16_000))];
    assert.equal(lots.hidden_parameters.length >= 9000, true);
    cpuOf(few);
    const ratio = cpuOf(lots) / cpuOf(few);
    assert.ok(ratio < 40, `${ratio.toFixed(1)} times as long for eight times as many`);
  });
