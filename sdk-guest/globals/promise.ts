import { enqueueJob } from "./jobs.ts";

type State = "pending" | "fulfilled" | "rejected";
type Resolve = (value: unknown) => void;
type Reject = (reason: unknown) => void;
type Executor = (resolve: Resolve, reject: Reject) => void;
type Handler = ((value: unknown) => unknown) | undefined;

interface Capability {
  readonly promise: GuestPromise;
  readonly resolve: Resolve;
  readonly reject: Reject;
}
/** Of our own class the promise itself, which nobody else can settle; of the plugin's classes a capability. */
type Derived = GuestPromise | Capability;
interface Reaction {
  readonly onFulfilled: Handler;
  readonly onRejected: Handler;
  readonly derived: Derived;
}
type PromiseClass = new (executor: Executor) => GuestPromise;

/** Rejected promises that nothing has handled yet, in the order of their rejection. */
const unhandled = new Set<GuestPromise>();

/** Makes a promise without the two functions that settle it: most promises are settled by this module alone. */
const UNSETTLED: Executor = () => {};

/** The reason of the first unhandled rejection, boxed, and none is left afterwards. */
export function takeUnhandledRejection(): { readonly reason: unknown } | undefined {
  if (unhandled.size === 0) return undefined;
  const [first] = unhandled;
  unhandled.clear();
  return first && { reason: GuestPromise.inspect(first).value };
}

/**
 * ECMAScript's `Promise` (ES2025), over a job queue of our own. The bundle is lowered to generators, so every `await`
 * of the plugin comes through here.
 * Steps follow the specification's names: NewPromiseCapability, PromiseResolve, PerformPromiseThen.
 */
export class GuestPromise {
  #state: State = "pending";
  #value: unknown = undefined;
  #reactions: Reaction[] = [];

  constructor(executor: Executor) {
    if (executor === UNSETTLED) return;
    if (typeof executor !== "function") throw new TypeError("Promise resolver is not a function");
    const { resolve, reject } = this.#resolvingFunctions();
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  // oxlint-disable-next-line unicorn/no-thenable -- this class is Promise
  then(onFulfilled?: unknown, onRejected?: unknown): GuestPromise {
    const species = speciesOf(this);
    const derived: Derived =
      species === GuestPromise ? new GuestPromise(UNSETTLED) : newCapability(species);
    const reaction: Reaction = {
      onFulfilled: typeof onFulfilled === "function" ? (onFulfilled as Handler) : undefined,
      onRejected: typeof onRejected === "function" ? (onRejected as Handler) : undefined,
      derived,
    };
    if (this.#state === "pending") this.#reactions.push(reaction);
    else this.#enqueue(reaction);
    unhandled.delete(this);
    return #state in derived ? derived : derived.promise;
  }

  catch(onRejected?: unknown): GuestPromise {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: unknown): GuestPromise {
    if (typeof onFinally !== "function") return this.then(onFinally, onFinally);
    const species = speciesOf(this);
    return this.then(
      (value: unknown) => resolveWith(species, onFinally()).then(() => value),
      (reason: unknown) =>
        resolveWith(species, onFinally()).then(() => {
          throw reason;
        }),
    );
  }

  get [Symbol.toStringTag](): string {
    return "Promise";
  }

  static resolve(this: PromiseClass, value?: unknown): GuestPromise {
    if (this !== GuestPromise || value instanceof GuestPromise) return resolveWith(this, value);
    const promise = new GuestPromise(UNSETTLED);
    promise.#resolve(value);
    return promise;
  }

  static reject(this: PromiseClass, reason?: unknown): GuestPromise {
    const capability = newCapability(this);
    capability.reject(reason);
    return capability.promise;
  }

  static withResolvers(this: PromiseClass): Capability {
    return newCapability(this);
  }

  static try(
    this: PromiseClass,
    callback: (...args: unknown[]) => unknown,
    ...args: unknown[]
  ): GuestPromise {
    const capability = newCapability(this);
    try {
      capability.resolve(callback(...args));
    } catch (error) {
      capability.reject(error);
    }
    return capability.promise;
  }

  static all(this: PromiseClass, values: Iterable<unknown>): GuestPromise {
    return combine(this, values, {
      arms: (collect, { reject }) => [collect((value) => value), reject],
      complete: (results, { resolve }) => resolve(results),
    });
  }

  static allSettled(this: PromiseClass, values: Iterable<unknown>): GuestPromise {
    return combine(this, values, {
      arms: (collect) => {
        const once = collect((outcome) => outcome);
        return [
          (value) => once({ status: "fulfilled", value }),
          (reason) => once({ status: "rejected", reason }),
        ];
      },
      complete: (results, { resolve }) => resolve(results),
    });
  }

  static any(this: PromiseClass, values: Iterable<unknown>): GuestPromise {
    return combine(this, values, {
      arms: (collect, { resolve }) => [resolve, collect((reason) => reason)],
      complete: (errors, { reject }) =>
        reject(new AggregateError(errors, "All promises were rejected")),
    });
  }

  static race(this: PromiseClass, values: Iterable<unknown>): GuestPromise {
    return combine(this, values, {
      arms: (_collect, { resolve, reject }) => [resolve, reject],
      complete: () => {},
    });
  }

  static get [Symbol.species](): unknown {
    return this;
  }

  /** For `settle` and tests: what a promise is now, without handling its rejection. */
  static inspect(promise: GuestPromise): { readonly state: State; readonly value: unknown } {
    return { state: promise.#state, value: promise.#value };
  }

  #resolvingFunctions(): { readonly resolve: Resolve; readonly reject: Reject } {
    let done = false;
    return {
      resolve: (value) => {
        if (done) return;
        done = true;
        this.#resolve(value);
      },
      reject: (reason) => {
        if (done) return;
        done = true;
        this.#settle("rejected", reason);
      },
    };
  }

  #resolve(value: unknown): void {
    if (value === this) {
      this.#settle("rejected", new TypeError("Chaining cycle detected for promise"));
      return;
    }
    if ((typeof value !== "object" && typeof value !== "function") || value === null) {
      this.#settle("fulfilled", value);
      return;
    }
    let then: unknown;
    try {
      // oxlint-disable-next-line typescript/no-explicit-any -- any object may be a thenable
      then = (value as any).then;
    } catch (error) {
      this.#settle("rejected", error);
      return;
    }
    if (typeof then !== "function") {
      this.#settle("fulfilled", value);
      return;
    }
    enqueueJob(() => {
      const { resolve, reject } = this.#resolvingFunctions();
      try {
        Reflect.apply(then, value, [resolve, reject]);
      } catch (error) {
        reject(error);
      }
    });
  }

  #settle(state: "fulfilled" | "rejected", value: unknown): void {
    this.#state = state;
    this.#value = value;
    const reactions = this.#reactions;
    this.#reactions = [];
    if (state === "rejected" && reactions.length === 0) unhandled.add(this);
    for (const reaction of reactions) this.#enqueue(reaction);
  }

  #enqueue(reaction: Reaction): void {
    enqueueJob(() => {
      const { derived } = reaction;
      const handler = this.#state === "fulfilled" ? reaction.onFulfilled : reaction.onRejected;
      try {
        if (handler) GuestPromise.#resolveDerived(derived, handler(this.#value));
        else if (this.#state === "fulfilled") GuestPromise.#resolveDerived(derived, this.#value);
        else GuestPromise.#rejectDerived(derived, this.#value);
      } catch (error) {
        GuestPromise.#rejectDerived(derived, error);
      }
    });
  }

  static #resolveDerived(derived: Derived, value: unknown): void {
    if (#state in derived) derived.#resolve(value);
    else derived.resolve(value);
  }

  static #rejectDerived(derived: Derived, reason: unknown): void {
    if (#state in derived) derived.#settle("rejected", reason);
    else derived.reject(reason);
  }
}

function speciesOf(promise: GuestPromise): PromiseClass {
  const constructor: unknown = promise.constructor;
  if (constructor === undefined) return GuestPromise;
  const species = (constructor as { [Symbol.species]?: unknown })[Symbol.species];
  return species === undefined || species === null ? GuestPromise : (species as PromiseClass);
}

function newCapability(constructor: PromiseClass): Capability {
  let resolve: Resolve | undefined;
  let reject: Reject | undefined;
  const promise = new constructor((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  if (typeof resolve !== "function" || typeof reject !== "function") {
    throw new TypeError("Promise resolve or reject function is not callable");
  }
  return { promise, resolve, reject };
}

function resolveWith(constructor: PromiseClass, value: unknown): GuestPromise {
  if (value instanceof GuestPromise && value.constructor === constructor) return value;
  const capability = newCapability(constructor);
  capability.resolve(value);
  return capability.promise;
}

interface Combinator {
  /**
   * The two handlers of one element. `collect` makes a one-shot function that keeps its argument at the element's
   * place and completes the whole when every place is filled.
   */
  arms(
    collect: (map: (outcome: unknown) => unknown) => Resolve,
    capability: Capability,
  ): [fulfilled: Resolve, rejected: Reject];
  complete(results: unknown[], capability: Capability): void;
}

/** The common body of all, allSettled, any and race: they differ in what one element's outcome does. */
function combine(
  constructor: PromiseClass,
  values: Iterable<unknown>,
  combinator: Combinator,
): GuestPromise {
  const capability = newCapability(constructor);
  const results: unknown[] = [];
  let open = 1;
  const close = (): void => {
    if (--open === 0) combinator.complete(results, capability);
  };
  try {
    const { resolve } = constructor as unknown as { resolve: (value: unknown) => GuestPromise };
    if (typeof resolve !== "function") throw new TypeError("Promise resolve is not callable");
    let count = 0;
    for (const value of values) {
      const place = count++;
      results.push(undefined);
      open++;
      const [fulfilled, rejected] = combinator.arms((map) => {
        let called = false;
        return (outcome) => {
          if (called) return;
          called = true;
          results[place] = map(outcome);
          close();
        };
      }, capability);
      Reflect.apply(resolve, constructor, [value]).then(fulfilled, rejected);
    }
    close();
  } catch (error) {
    capability.reject(error);
  }
  return capability.promise;
}
