import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  formatTerms,
  parseTerms,
  termsOf,
  type ProbeTerms,
} from "../../../../runtime/cli/probes/probe-terms.ts";
import { describeStage, HOSTILE } from "../../../../runtime/cli/probes/stage-configuration.ts";
import type { Bait } from "../../../../runtime/powers/bait.ts";
import { parseText } from "../../../helpers/policy-files.ts";

const NOW_MS = Date.parse("2026-11-22T00:00:00Z");
const plugin = (isolation: string): string => `{ source: ./x.tgz, isolation: ${isolation} }`;
const configurationOf = (rest: string) => parseText(`version: 1\n${rest}`);

describe("what the probes take over of a configuration", () => {
  it("is the weakest and the strongest isolation, and whether the seal is relied on", () => {
    const plugins = `plugins: { a: ${plugin("call")}, b: ${plugin("instance")}, c: ${plugin("call")} }`;
    const configuration = configurationOf(plugins);
    const sealed = termsOf(configuration, "production", NOW_MS);
    assert.deepEqual(sealed, { withoutSeal: false, isolation: ["instance", "call"] });
    assert.equal(termsOf(configuration, "development", NOW_MS).withoutSeal, true);
    const waiver = (until: string) =>
      `waivers: [{ gate: ring5, reason: there is no seal here, until: "${until}" }]`;
    const waived = configurationOf(waiver("2999-01-01"));
    assert.equal(termsOf(waived, "production", NOW_MS).withoutSeal, true);
    const over = configurationOf(waiver("2020-01-01"));
    assert.equal(termsOf(over, "production", NOW_MS).withoutSeal, false);
  });

  it("is what their own workspace says", () => {
    const place = { port: 1, file: "/secret" };
    const bait = { granted: place, withSecret: place, secret: place } as unknown as Bait;
    const terms: ProbeTerms = { withoutSeal: true, isolation: ["plugin", "call"] };
    const { plugins } = parseText(describeStage("./x.tgz", bait, terms));
    assert.equal(plugins[HOSTILE.whole]?.isolation, "plugin");
    assert.equal(plugins[HOSTILE.reading]?.isolation, "call");
  });

  it("comes through a command line as it was, and nothing else is taken for it", () => {
    for (const withoutSeal of [true, false]) {
      const terms: ProbeTerms = { withoutSeal, isolation: ["plugin", "instance"] };
      assert.deepEqual(parseTerms(formatTerms(terms)), terms);
    }
    for (const words of ["", "sealed", "sealed,plugin", "sealed,plugin,all", "open,call,call", 1])
      assert.equal(parseTerms(words), undefined, String(words));
    assert.equal(parseTerms("sealed,plugin,call,call"), undefined);
  });
});
