import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseTraceParent } from "../../../runtime/audit/trace-context.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const parse = (traceparent: string) => parseTraceParent({ traceparent });

describe("traceparent", () => {
  it("is read as W3C Trace Context has it, later versions too", () => {
    const read = { traceId: TRACE, spanId: SPAN };
    assert.deepEqual(parse(`00-${TRACE}-${SPAN}-01`), { ...read, isSampled: true });
    assert.deepEqual(parse(`00-${TRACE}-${SPAN}-00`), { ...read, isSampled: false });
    assert.deepEqual(parse(`cc-${TRACE}-${SPAN}-01-more`), { ...read, isSampled: true });
  });

  for (const [what, text] of [
    ["nothing", ""],
    ["the version that is none", `ff-${TRACE}-${SPAN}-01`],
    ["a trace of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
    ["a span of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
    ["capitals", `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ["more behind version 00", `00-${TRACE}-${SPAN}-01-x`],
    ["a short trace", `00-${TRACE.slice(1)}-${SPAN}-01`],
    ["a line break", `00-${TRACE}-${SPAN}-01\n`],
    ["a forged line", `00-${TRACE}-${SPAN}-01\n{"seq":1}`],
    ["megabytes", `cc-${TRACE}-${SPAN}-01-${"x".repeat(1_000_000)}`],
  ] as const)
    it(`that is ${what} counts as none`, () => assert.equal(parse(text), undefined));
});
