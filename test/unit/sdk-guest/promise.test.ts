/* oxlint-disable unicorn/no-thenable, promise/always-return, no-new, no-throw-literal, typescript/await-thenable -- they are what is tested */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dropJobs, runJobs } from "../../../sdk-guest/globals/jobs.ts";
import { GuestPromise, takeUnhandledRejection } from "../../../sdk-guest/globals/promise.ts";

type P = PromiseConstructor;
const Guest = GuestPromise as unknown as P;

/** A program over a `Promise` class that writes down what happens in which order. */
type Program = (P: P, note: (line: unknown) => void) => void;

function* brokenIterable(): Generator<number> {
  yield 1;
  throw new Error("iterator");
}

/** Every program runs over Node's own Promise and over ours: the notes must be equal, their order included. */
const PROGRAMS: Record<string, Program> = {
  "resolves in order of registration": (P, note) => {
    const p = P.resolve(1);
    p.then(note);
    p.then((value) => note(value + 1));
    note("sync");
  },
  "passes a value through missing handlers": (P, note) =>
    void P.resolve("v").then(undefined).catch(note).then(note),
  "passes a reason through missing handlers": (P, note) =>
    void P.reject("r").then(note).finally(undefined).catch(note),
  "rejects when a handler throws": (P, note) =>
    void P.resolve(0)
      .then(() => {
        throw new TypeError("t");
      })
      .catch((error: Error) => note(error.message)),
  "adopts a promise": (P, note) =>
    void P.resolve(0)
      .then(() => P.resolve("inner"))
      .then(note),
  "adopts a thenable": (P, note) =>
    void P.resolve({
      then: (resolve: (value: string) => void) => resolve("thenable"),
    } as never).then(note),
  "adopts a thenable of a thenable": (P, note) =>
    void P.resolve({
      then: (resolve: (value: unknown) => void) =>
        resolve({ then: (_: unknown, reject: (reason: string) => void) => reject("deep") }),
    } as never).then(note, note),
  "ignores what a thenable does after it has resolved": (P, note) =>
    void P.resolve({
      then: (resolve: (value: number) => void, reject: (reason: unknown) => void) => {
        resolve(1);
        resolve(2);
        reject(3);
        throw new Error("late");
      },
    } as never).then(note, note),
  "rejects when `then` is a getter that throws": (P, note) =>
    void P.resolve(0)
      .then(() => ({
        get then(): never {
          throw "getter";
        },
      }))
      .then(note, note),
  "reads `then` once": (P, note) => {
    const thenable = Object.defineProperty({}, "then", {
      get: () => {
        note("read");
        return undefined;
      },
    });
    P.resolve(0)
      .then(() => thenable)
      .then((value) => note(value === thenable));
  },
  "refuses to wait for itself": (P, note) => {
    const p: Promise<unknown> = P.resolve(0).then(() => p);
    p.catch((error) => note(error instanceof TypeError));
  },
  "keeps the first outcome of an executor": (P, note) =>
    void new P((resolve, reject) => {
      resolve("first");
      reject("second");
      throw new Error("third");
    }).then(note, note),
  "rejects when an executor throws": (P, note) =>
    void new P(() => {
      throw "thrown";
    }).catch(note),
  "refuses an executor that is no function": (P, note) => {
    try {
      new P(1 as never);
    } catch (error) {
      note(error instanceof TypeError);
    }
  },
  "finally keeps the value and waits": (P, note) =>
    void P.resolve("kept")
      .finally(() => P.resolve().then(() => note("waited")))
      .then(note),
  "finally keeps the reason": (P, note) =>
    void P.reject("kept")
      .finally(() => "other")
      .catch(note),
  "finally that throws replaces the outcome": (P, note) =>
    void P.resolve(1)
      .finally(() => {
        throw "replaced";
      })
      .catch(note),
  "all of nothing": (P, note) => void P.all([]).then((values) => note(values)),
  "all in order of the input": (P, note) =>
    void P.all([P.resolve(1).then((v) => v), 2, { then: (r: (v: number) => void) => r(3) }]).then(
      note,
    ),
  "all rejects with the first reason": (P, note) =>
    void P.all([new P(() => {}), P.reject("a"), P.reject("b")]).catch(note),
  "all rejects when iterating throws": (P, note) => void P.all(brokenIterable()).catch(note),
  "allSettled of both": (P, note) => void P.allSettled([1, P.reject("x"), P.resolve(2)]).then(note),
  "any of the first that works": (P, note) =>
    void P.any([P.reject(1), P.resolve(2), P.resolve(3)]).then(note),
  "any of none": (P, note) =>
    void P.any([P.reject("a"), P.reject("b")]).catch((error: AggregateError) => note(error.errors)),
  "any of an empty list": (P, note) =>
    void P.any([]).catch((error: unknown) => note(error instanceof AggregateError)),
  "race takes the first": (P, note) =>
    void P.race([new P(() => {}), P.resolve("won"), P.reject("lost")]).then(note),
  withResolvers: (P, note) => {
    const { promise, resolve } = P.withResolvers<string>();
    promise.then(note);
    resolve("later");
  },
  "try of a value, a throw and a promise": (P, note) => {
    P.try((value: number) => value, 5).then(note);
    P.try(() => {
      throw "thrown";
    }).catch(note);
    P.try(() => P.resolve("p")).then(note);
  },
  "resolve answers a promise of the same class itself": (P, note) => {
    const p = P.resolve(1);
    note(P.resolve(p) === p);
  },
  "a subclass keeps its class": (P, note) => {
    class Sub<T> extends P<T> {}
    note(Sub.resolve(1) instanceof Sub);
    note(Sub.resolve(1).then(() => {}) instanceof Sub);
    note(Sub.resolve(1).finally(() => {}) instanceof Sub);
    note(Sub.all([1]) instanceof Sub);
    note(P.resolve(Sub.resolve(1)) instanceof Sub);
    class Plain<T> extends P<T> {
      static override get [Symbol.species](): PromiseConstructor {
        return P;
      }
    }
    note(Plain.resolve(1).then(() => {}) instanceof Plain);
  },
  "long chains interleave": (P, note) => {
    let a = P.resolve();
    let b = P.resolve();
    for (let index = 0; index < 5; index++) {
      a = a.then(() => note(`a${index}`));
      b = b.then(() => note(`b${index}`));
    }
  },
  "an adopted promise costs the same number of turns": (P, note) => {
    P.resolve()
      .then(() => P.resolve("slow"))
      .then(note);
    let chain = P.resolve();
    for (let index = 0; index < 5; index++) chain = chain.then(() => note(index));
  },
  "is a Promise by its tag": (P, note) => note(Object.prototype.toString.call(P.resolve())),
};

for (const [title, program] of Object.entries(PROGRAMS)) {
  test(title, async () => {
    const expected: unknown[] = [];
    program(Promise, (line) => void expected.push(line));
    await new Promise((resolve) => setImmediate(resolve));

    const actual: unknown[] = [];
    program(Guest, (line) => void actual.push(line));
    runJobs();
    assert.deepEqual(actual, expected);
    takeUnhandledRejection();
  });
}

test("runs many jobs that each add one", () => {
  let count = 0;
  const step = (): Promise<void> | undefined =>
    ++count < 200_000 ? void Guest.resolve().then(step) : undefined;
  void Guest.resolve().then(step);
  runJobs();
  assert.equal(count, 200_000);
});

test("remembers a rejection that nobody handles, and forgets one that is handled late", () => {
  const late = Guest.reject(new Error("late"));
  void Guest.reject(new Error("lost"));
  void late.catch(() => {});
  runJobs();
  const stray = takeUnhandledRejection();
  assert.equal(stray && (stray.reason as Error).message, "lost");
  assert.equal(takeUnhandledRejection(), undefined);
  dropJobs();
});
