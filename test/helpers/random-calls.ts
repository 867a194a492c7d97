// Random calls for guests that hold still for a comparison: each list is drawn from by a seeded generator.
import type { GuestCall } from "./resettable-guest.ts";

type Random = (below: number) => number;
export type NextCall = (random: Random) => GuestCall;

const letters = (random: Random, lengthMax: number): string =>
  Array.from({ length: random(lengthMax + 1) }, () => 'aZ é😀"\\\n'[random(8)] ?? "x").join("");

/** `run(what, value)` of the leftover component: of the two places that throw the instance away only now and then. */
export const leftoverCall =
  (places: number): NextCall =>
  (random) => {
    const what = random(places);
    const value = what === 6 ? Number(random(10) === 0) : random(1000);
    return { export: ["run"], args: [what === 13 && random(8) > 0 ? 9 : what, value] };
  };

/** `run(which, what, value)` of the nested component. Few resources, so that a handle is often met again. */
export const nestedCall =
  (places: number): NextCall =>
  (random) => ({ export: ["run"], args: [random(2), random(places), random(5)] });

/** Tools of test/fixtures/guest but the one that never ends, with arguments good and bad. */
export const fixtureCall: NextCall = (random) => {
  const tools: readonly (() => [string, unknown])[] = [
    () => ["convert", { text: letters(random, 200), to: random(2) === 0 ? "upper" : "lower" }],
    () => ["count", { text: letters(random, 20) }],
    () => ["count", { text: `${random(1000)}` }],
    () => ["fail", { message: letters(random, 20) }],
    () => ["grow", { pages: random(20) === 0 ? random(4) : 0 }],
    () => ["note", { key: `k${random(9)}`, text: letters(random, 30) }],
    () => ["now", {}],
    () => ["nothing of the kind", {}],
    () => ["convert", letters(random, 5)],
    () => ["convert", { text: "x".repeat(random(4) === 0 ? 4000 : 40), to: "upper" }],
    () =>
      random(10) === 0
        ? ["trap", { how: ["unreachable", "bounds", "divide", "indirect", "stack"][random(5)] }]
        : ["count", { text: "after" }],
  ];
  const [name, args] = tools[random(tools.length)]?.() ?? ["count", {}];
  const text = random(30) === 0 ? "{ not json" : JSON.stringify(args);
  return { export: ["tools", "callTool"], args: [name, text] };
};

/** Code for the guest of `wasi-guest.ts`: each tells what it finds, and leaves something behind. */
const SNIPPETS: readonly string[] = [
  "globalThis.n = (globalThis.n ?? 0) + 1",
  "(globalThis.kept ??= []).push(stdout.getStdout()), globalThis.kept.length",
  "err(() => stdout.getStdout().blockingWriteAndFlush(new Uint8Array([104])))",
  "err(() => stdout.getStdout().blockingWriteAndFlush(new Uint8Array([105, 10])))",
  "err(() => { const out = stderr.getStderr(); globalThis.out = out; return out.checkWrite(); })",
  "err(() => poll.poll([monotonic.subscribeDuration(0n)]))",
  "[monotonic.now(), monotonic.now()]",
  "wall.now()",
  "[Object.prototype.left, Object.prototype.left = 'x'][0]",
  "String(Array.prototype.left) + (Array.prototype.left = 'y')",
  "environment.getEnvironment()",
  "err(() => stdin.getStdin().read(5n))",
  "globalThis.big = new Uint8Array(100000).fill(7), globalThis.big.length",
  "[typeof globalThis.big, typeof globalThis.kept, typeof globalThis.out, globalThis.n]",
  "err(() => { throw new Error('words') })",
  "(() => { throw 'a trap' })()",
  "'x'.repeat(50000).length",
];

export const wasiCall: NextCall = (random) => ({
  export: ["run"],
  args: [
    random(40) === 0
      ? "exit.exit({ tag: 'err' })"
      : random(60) === 0
        ? "new Uint8Array(4000000).fill(1).length"
        : (SNIPPETS[random(SNIPPETS.length)] ?? "1"),
  ],
});
