/**
 * What `await` does, but at once where there is nothing to wait for.
 * Thenables of any kind are waited for; `use` runs in a job then, and its promise is answered.
 */
export function whenReady<T, U>(
  value: T | PromiseLike<T>,
  use: (value: T) => U | Promise<U>,
): U | Promise<U> {
  return isThenable(value) ? Promise.resolve(value).then(use) : use(value);
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    ((typeof value === "object" && value !== null) || typeof value === "function") &&
    typeof (value as { readonly then?: unknown }).then === "function"
  );
}
