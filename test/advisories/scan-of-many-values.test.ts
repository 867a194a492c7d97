// The scanner was linear in the text of a tool, and not in what stands beside the text: a value of three bytes took as long as
// two hundred letters, and a description was read again for each parameter with a telling name. 1 MB took up to four seconds.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ScannedTool } from "../../runtime/firewall/scan/rule.ts";
import { scanTools, UNREAD } from "../../runtime/firewall/scan/scan-tools.ts";

const TEXT = "Returns the weather of a city for the next days. ";
const tools = (count: number, make: (index: number) => object): ScannedTool[] =>
  Array.from({ length: count }, (_, index) => ({ name: `t${index}`, ...make(index) }));
const named = (count: number, name: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), {}]));
const points = (from: number, count: number, range: number) =>
  Array.from({ length: count }, (_, index) => String.fromCodePoint(from + (index % range))).join(
    "",
  );

/** Each of at most 1 MB as JSON. */
const INPUTS: Readonly<Record<string, () => ScannedTool[]>> = {
  "a text that is read for each of many parameters": () =>
    tools(1, () => ({
      description: TEXT.repeat(10_000),
      inputSchema: {
        anyOf: Array.from({ length: 4000 }, () => ({ properties: { conversation_history: {} } })),
      },
    })),
  "many parameters": () =>
    tools(16, () => ({ inputSchema: { properties: named(6000, (index) => `p${index}`) } })),
  "many keys of other alphabets": () =>
    tools(8, () => ({ inputSchema: named(9000, (index) => `\u00e9${index}`) })),
  "all syllables of Korean": () =>
    tools(8, () => ({ description: points(0xac00, 65_000, 11_172) })),
  "many ideographs": () => tools(8, () => ({ description: points(0x20000, 32_000, 42_000) })),
};

function cpuOf(make: () => ScannedTool[]): number {
  const least = Array.from({ length: 3 }, () => {
    const made = make();
    const start = process.cpuUsage();
    scanTools(made, { others: [] });
    return process.cpuUsage(start).user;
  });
  return Math.min(...least);
}

describe("1 MB of tools", () => {
  const plain = () => tools(20, () => ({ description: TEXT.repeat(1000) }));
  cpuOf(plain);
  const ordinary = Math.max(cpuOf(plain), 10_000);
  for (const [name, make] of Object.entries(INPUTS))
    it(`takes not much longer with ${name} than in plain English`, () => {
      const ratio = cpuOf(make) / ordinary;
      assert.ok(ratio < 12, `${ratio.toFixed(1)} times`);
    });

  it("is told to be too much, where it is", () => {
    for (const name of ["many parameters", "many keys of other alphabets"]) {
      const findings = scanTools(INPUTS[name]?.() ?? [], { others: [] });
      assert.ok(findings.some(({ id, severity }) => id === UNREAD && severity === "high"));
    }
  });
});
