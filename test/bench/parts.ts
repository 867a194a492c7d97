// node test/bench/parts.ts: what one call costs inside a runner, part by part, in this process and without a seal.
// Each part is timed by itself, thousands of times; the 2nd percentile says what it costs when nobody else wants the caches.
import { runExport } from "../../runtime/sandbox/runner/run-export.ts";
import { takeImages } from "../../runtime/sandbox/runner/image/take-images.ts";
import { cGuest, GUEST_FOLDER } from "../helpers/c-guest.ts";
import { fixturePackage } from "../helpers/fixture-package.ts";
import { openResettable } from "../helpers/resettable-guest.ts";
import { CALLS } from "./turns.ts";

const ROUNDS = 3000;
const CALL = {
  t: "call",
  id: 1,
  export: ["tools", "callTool"],
  args: ["convert", JSON.stringify(CALLS.convert)],
  context: null,
} as const;

const guests = {
  c: cGuest,
  quickjs: async () => (await fixturePackage(GUEST_FOLDER, "quickjs")).component,
  spidermonkey: async () => (await fixturePackage(GUEST_FOLDER, "spidermonkey")).component,
};

for (const [name, build] of Object.entries(guests)) {
  const run = (await openResettable(await build())).open("reset");
  const startNs = process.hrtime.bigint();
  const instance = run.instance();
  const images = takeImages(instance);
  const taken = microseconds(startNs);
  const times = new Map<string, number[]>();
  const time = (what: string, act: () => unknown): void => {
    const beganNs = process.hrtime.bigint();
    act();
    const all = times.get(what) ?? [];
    all.push(microseconds(beganNs));
    times.set(what, all);
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    time("call", () => runExport(instance.exports, CALL));
    for (const image of images) time(`restore ${image.part}`, () => image.restore());
    if (round % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const parts = [...times].map(([what, all]) => `${what} ${lowOf(all).toFixed(1)}`);
  console.log(`${name}: ${parts.join(", ")}; taking the images ${taken.toFixed(0)} (us)`);
}

function microseconds(sinceNs: bigint): number {
  return Number(process.hrtime.bigint() - sinceNs) / 1000;
}

function lowOf(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 50)] ?? Number.NaN;
}
