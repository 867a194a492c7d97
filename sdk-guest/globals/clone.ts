import { DOMException } from "./dom-exception.ts";

const ERRORS: Readonly<Record<string, new (message?: string) => Error>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/** The structured clone algorithm for what ECMAScript itself has. Nothing can be transferred but `ArrayBuffer`s. */
export function structuredClone(
  value: unknown,
  options: { readonly transfer?: readonly unknown[] } = {},
): unknown {
  const seen = new Map<object, unknown>();
  for (const item of options.transfer ?? []) {
    if (!(item instanceof ArrayBuffer)) throw notClonable("a transferred value is no ArrayBuffer");
    seen.set(item, item.transfer());
  }
  return clone(value, seen);
}

function notClonable(what: string): DOMException {
  return new DOMException(`structuredClone: ${what}`, "DataCloneError");
}

function clone(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === "function" || typeof value === "symbol")
    throw notClonable(`a ${typeof value}`);
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const copy = cloneLeaf(value, seen);
  if (copy !== undefined) {
    seen.set(value, copy);
    return copy;
  }
  return cloneContainer(value, seen);
}

/** Objects whose content is not a graph of values. */
function cloneLeaf(value: object, seen: Map<object, unknown>): object | undefined {
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (ArrayBuffer.isView(value)) return cloneView(value, seen);
  if (/^\[object (?:Boolean|Number|String|BigInt)\]$/.test(Object.prototype.toString.call(value))) {
    return Object(value.valueOf()) as object;
  }
  if (
    value instanceof Promise ||
    value instanceof WeakMap ||
    value instanceof WeakSet ||
    value instanceof WeakRef
  ) {
    throw notClonable(Object.prototype.toString.call(value));
  }
  return undefined;
}

function cloneView(view: ArrayBufferView, seen: Map<object, unknown>): object {
  const buffer = clone(view.buffer, seen) as ArrayBuffer;
  if (view instanceof DataView) return new DataView(buffer, view.byteOffset, view.byteLength);
  const { constructor, length } = view as unknown as {
    constructor: new (buffer: ArrayBuffer, offset: number, length: number) => object;
    length: number;
  };
  return new constructor(buffer, view.byteOffset, length);
}

function cloneContainer(value: object, seen: Map<object, unknown>): object {
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    seen.set(value, copy);
    for (const [key, inner] of value) copy.set(clone(key, seen), clone(inner, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = new Set<unknown>();
    seen.set(value, copy);
    for (const inner of value) copy.add(clone(inner, seen));
    return copy;
  }
  if (value instanceof Error) return cloneError(value, seen);
  const copy: object = Array.isArray(value) ? [] : {};
  if (Array.isArray(value)) (copy as unknown[]).length = value.length;
  seen.set(value, copy);
  for (const key of Object.keys(value)) {
    Object.defineProperty(copy, key, {
      value: clone((value as Record<string, unknown>)[key], seen),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return copy;
}

function cloneError(error: Error, seen: Map<object, unknown>): Error {
  const Constructor = (Object.hasOwn(ERRORS, error.name) && ERRORS[error.name]) || Error;
  const copy = new Constructor(error.message);
  seen.set(error, copy);
  if ("cause" in error) copy.cause = clone(error.cause, seen);
  return copy;
}
