/** What is known at once in one process, and takes a turn where replicas share it. */
export type Awaitable<Value> = Value | Promise<Value>;

/** Goes on at once with what is known: a promise costs a turn of the event loop. */
export function whenKnown<Value, Result>(
  value: Awaitable<Value>,
  go: (value: Value) => Awaitable<Result>,
): Awaitable<Result> {
  return value instanceof Promise ? value.then(go) : go(value);
}
