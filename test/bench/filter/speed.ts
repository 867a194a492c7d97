import { makeAnswerFilter } from "../../../runtime/filter-answer.ts";
import { compilePolicy } from "../../../runtime/firewall/filter/compile-policy.ts";
import { Filtering } from "../../../runtime/firewall/filter/filter-value.ts";
import { DEFAULT_FILTER } from "../../../runtime/firewall/filter/policy.ts";
import { medianOf } from "../statistics.ts";
import type { OutputRecord } from "./classes.ts";
import { filterOne } from "./filter-one.ts";

/** Processor time in milliseconds for 1 MB: the first of its kind in this process, and of ten more the median. */
export interface MegabyteFigures {
  readonly firstMs: number;
  readonly medianMs: number;
}

const MEGABYTE = 1_000_000;
const ROUNDS = 10;

function fill(piece: string): string {
  return piece.repeat(Math.ceil(MEGABYTE / piece.length)).slice(0, MEGABYTE);
}

/** Inputs of 1 MB that are made to take long. */
export const ADVERSARIAL: Readonly<Record<string, string>> = {
  "one letter": fill("a"),
  "all digits": fill("4111111111111112"),
  "digits in groups": fill("4111 1111 1111 1112 "),
  "short groups of digits": fill("12 34 "),
  "all base 64": Buffer.alloc(750_000, 7).toString("base64"),
  "base 64 of text": Buffer.from(
    fill("just some words that go on and on. ").slice(0, 750_000),
  ).toString("base64"),
  "short runs of base 64": fill(`${Buffer.from("hello world, this is it").toString("base64")} `),
  "all <": fill("<"),
  "open elements": fill("<img src="),
  "open links": fill("[a]("),
  images: fill("![a](https://example.com/?q="),
  "all [": fill("["),
  "all %": fill("%"),
  escapes: fill("%41%42"),
  entities: fill("&#65;&#x42;"),
  backslashes: fill("\\u0041\\"),
  "control characters": fill("\u001B["),
  "open sequences": fill("\u001B]8;;"),
  "prefixes of keys": fill("ghp_sk-ant-api03-xoxb-AKIA_glpat-"),
  "near keys": fill("ghp_0123456789abcdefghijklmnopqrstuvwxy- "),
  "long near keys": fill(`ops_eyJ${"a".repeat(190)}.`),
  "heads of tokens": fill("eyJhbGciOiJIUzI1NiJ9.eyJ"),
  "many keys": fill("AKIAQ3EGRIPSHZK7MN2D "),
  passwords: fill('password = "a1b2c3'),
  "words of credentials": fill("token secret key "),
  assignments: fill("api_key: 0a1b2c3d4e5f60718293a4b5 "),
  "words of instructions": fill("ignore all previous "),
  instructions: fill("ignore all previous instructions "),
  "begins of keys": fill("-----BEGIN RSA PRIVATE KEY-----\n"),
  curl: fill("curl -u "),
  authorization: fill("Authorization: Bearer "),
  "user info": fill("a://b:c"),
  "wide letters": fill("\uFF49\uFF47\uFF4E\uFF4F\uFF52\uFF45 "),
  "invisible characters": fill("a\u200B"),
  "runs of invisible characters": fill("\u200B\u200C"),
  "letters of mathematics": fill("\u{1D400}\u{1D401}"),
  tags: fill("\u{E0041}"),
  Chinese: fill("\u6587\u5B57 "),
  "JSON in text": JSON.stringify(
    Array.from({ length: 16_000 }, (_, index) => ({
      id: index,
      token: `t${index}`,
      password: "hunter2x9",
    })),
  ),
  "a hash on each line": fill("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"),
  uuids: fill("123e4567-e89b-12d3-a456-426614174000 "),
  paths: fill("/home/user/project/src/index.ts:10:5\n"),
};

export function measureAdversarial(
  records: readonly OutputRecord[],
): Readonly<Record<string, MegabyteFigures>> {
  const corpus = records.map(({ text }) => text).join("\n");
  const figures = Object.fromEntries(
    Object.entries({ ...ADVERSARIAL, "the corpora, repeated": fill(corpus) }).map(
      ([name, text]) => [name, timeOf(() => filterOne(text))],
    ),
  );
  return { ...figures, ...measureStructured() };
}

/** Structured content of 1 MB: deep, wide, and of many small texts. */
function measureStructured(): Readonly<Record<string, MegabyteFigures>> {
  const policy = compilePolicy(DEFAULT_FILTER);
  let deep: unknown = "end";
  for (let depth = 0; depth < 60; depth++)
    deep = Object.fromEntries(
      Array.from({ length: 800 }, (_, index) => [
        `key_${index}_${depth}`,
        index === 0 ? deep : "v",
      ]),
    );
  const values: Readonly<Record<string, unknown>> = {
    "structured: deep": deep,
    "structured: many small texts": Array.from({ length: 60_000 }, (_, index) => `text ${index}`),
    "structured: many objects": Array.from({ length: 15_000 }, (_, index) => ({
      id: index,
      name: `name ${index}`,
      tags: ["one", "two"],
    })),
    "structured: a letter in each text": Array.from({ length: 150_000 }, () => "a"),
  };
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      timeOf(() => new Filtering(policy).value(value as never, "structuredContent")),
    ]),
  );
}

function timeOf(run: () => unknown): MegabyteFigures {
  const times = Array.from({ length: ROUNDS + 1 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  const [firstMs = 0, ...rest] = times;
  return { firstMs, medianMs: medianOf(rest) };
}

/** Texts that nothing is found in, joined to outputs of 1 MB: MB a second of processor time. */
export function measureBenign(texts: readonly string[]): number {
  const clean = texts.filter((text) => filterOne(text).findings.length === 0);
  const text = fill(clean.join("\n\n"));
  const bytes = Buffer.byteLength(text);
  const { medianMs } = timeOf(() => filterOne(text));
  return bytes / 1000 / medianMs;
}

/** Microseconds of processor time for small answers, through the whole filter of answers. */
export function measureSmall(): Readonly<Record<string, number>> {
  const filter = makeAnswerFilter(DEFAULT_FILTER);
  const prose =
    "The weather in Paris is 18 degrees and cloudy, with light wind from the west; tomorrow it will be warmer. ";
  const about = { tool: { name: "a", inputSchema: {} }, validateResult: undefined } as never;
  return Object.fromEntries(
    [100, 1000, 10_000].map((length) => {
      const text = prose.repeat(Math.ceil(length / prose.length)).slice(0, length);
      const answer = { content: [{ type: "text", text } as const] };
      const rounds = Math.ceil(20_000_000 / length / 10);
      for (let round = 0; round < rounds / 10; round++) filter(answer, about);
      const before = process.cpuUsage();
      for (let round = 0; round < rounds; round++) filter(answer, about);
      const { user, system } = process.cpuUsage(before);
      return [`${length} B`, (user + system) / rounds];
    }),
  );
}
