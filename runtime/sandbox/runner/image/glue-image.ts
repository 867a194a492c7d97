import { types } from "node:util";
import { NoImage, type StateImage } from "./state-image.ts";
import { restoreGlobal } from "./global-image.ts";

/** What the binding code hands over: see `exposeGlue`. */
export interface GlueHook {
  /** Every variable, function and class of the binding code. */
  read(): readonly unknown[];
  /** The classes that stand in the binding code itself. */
  classes(): readonly { readonly prototype: object }[];
  /** Those variables that are not constant, in the order in which `assign` takes them. */
  variables(): readonly unknown[];
  assign(values: readonly unknown[]): void;
}

type Restore = () => void;
type Key = string | symbol;

const SCRATCH_BYTES_MAX = 64;
const { Global, Instance, Memory, Module, Table } = WebAssembly;
/** Objects without state of their own, or with state that is restored elsewhere: memories, and what lives in them. */
const OPAQUE: readonly (new (...args: never[]) => object)[] = [
  Memory,
  Module,
  Instance,
  Table,
  TextDecoder,
  TextEncoder,
  // Nothing is registered in one: `exposeGlue` sees to that.
  FinalizationRegistry,
];

/**
 * Everything that the binding code of one instance keeps, and all it can reach: each variable with its value, each object
 * with its properties or entries. Restoring gives them the same again, by identity, so what a call added is reachable no
 * more, whatever it was, and nothing has to be known of what the parts mean.
 * `memories` and `globals` are those of the core modules, which have images of their own. Throws `NoImage` for what the walk does not understand.
 */
export function takeGlueImages(
  hook: GlueHook,
  memories: readonly WebAssembly.Memory[],
  globals: ReadonlySet<WebAssembly.Global>,
): readonly StateImage[] {
  const values = hook.read();
  const variables = [...hook.variables()];
  // An object of any other class may hold state that nobody sees.
  const prototypes = new Set<unknown>([
    Object.prototype,
    null,
    ...hook.classes().map(({ prototype }) => prototype),
  ]);
  const buffers = new Set(memories.map(({ buffer }) => buffer));
  const restores = new Walk(prototypes, buffers, globals).from(values);
  return [
    {
      part: "binding variables",
      restore() {
        hook.assign(variables);
        return true;
      },
    },
    {
      part: "binding objects",
      restore() {
        for (const restore of restores) restore();
        return true;
      },
    },
  ];
}

class Walk {
  readonly #prototypes: ReadonlySet<unknown>;
  readonly #buffers: ReadonlySet<ArrayBufferLike>;
  readonly #seen: Set<unknown>;
  readonly #restores: Restore[] = [];
  #open: unknown[] = [];

  constructor(
    prototypes: ReadonlySet<unknown>,
    buffers: ReadonlySet<ArrayBufferLike>,
    known: ReadonlySet<unknown>,
  ) {
    this.#prototypes = prototypes;
    this.#buffers = buffers;
    this.#seen = new Set(known);
  }

  from(values: readonly unknown[]): readonly Restore[] {
    this.#open = [...values];
    while (this.#open.length > 0) this.#visit(this.#open.pop());
    return this.#restores;
  }

  #visit(value: unknown): void {
    const isObject = typeof value === "object" && value !== null;
    if ((!isObject && typeof value !== "function") || this.#seen.has(value)) return;
    this.#seen.add(value);
    if (typeof value === "function") this.#visitFunction(value);
    else if (value instanceof Global) this.#restores.push(restoreGlobal(value));
    else if (ArrayBuffer.isView(value)) this.#visitView(value);
    else if (OPAQUE.some((known) => value instanceof known)) return;
    // A promise that is pending is waited for by asynchronous calls alone, and a generator that has ended is over.
    else if (types.isPromise(value) || types.isGeneratorObject(value)) return;
    else if (types.isMap(value)) this.#visitMap(value);
    else if (types.isSet(value)) this.#visitSet(value);
    else this.#visitObject(value);
  }

  /**
   * Functions have no state but their properties, once `exposeGlue` has ruled out closures: static fields of classes.
   * They get no others: to try would be an exception, and so a trap. Those that are no constructors, which a component has
   * hundreds of, keep what they have too, and need not be looked at again.
   */
  #visitFunction(value: object): void {
    if (Object.hasOwn(value, "prototype")) Object.preventExtensions(value);
    else Object.freeze(value);
    this.#visitProperties(value, Object.keys(value));
  }

  /** A view of a memory follows the memory. Others are places to convert a number in. */
  #visitView(view: ArrayBufferView): void {
    if (this.#buffers.has(view.buffer) || view.buffer.byteLength === 0) return;
    if (view.byteLength > SCRATCH_BYTES_MAX) throw new NoImage("a buffer of the binding code");
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const saved = bytes.slice();
    this.#restores.push(() => bytes.set(saved));
  }

  #visitMap(map: Map<unknown, unknown>): void {
    this.#requireKnown(map, Map.prototype);
    const entries = [...map];
    for (const [key, value] of entries) this.#open.push(key, value);
    this.#restores.push(() => {
      let index = 0;
      let same = map.size === entries.length;
      if (same)
        for (const [key, value] of map) {
          const entry = entries[index++];
          same &&= entry !== undefined && entry[0] === key && Object.is(entry[1], value);
        }
      if (same) return;
      map.clear();
      for (const [key, value] of entries) map.set(key, value);
    });
  }

  #visitSet(set: Set<unknown>): void {
    this.#requireKnown(set, Set.prototype);
    const entries = [...set];
    this.#open.push(...entries);
    this.#restores.push(() => {
      if (set.size === 0 && entries.length === 0) return;
      set.clear();
      for (const entry of entries) set.add(entry);
    });
  }

  #requireKnown(value: object, prototype: object): void {
    if (Object.getPrototypeOf(value) !== prototype || Reflect.ownKeys(value).length > 0)
      throw new NoImage("a map or set of another kind");
  }

  #visitObject(value: object): void {
    const isArray = Array.isArray(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    const isKnown = isArray ? prototype === Array.prototype : this.#prototypes.has(prototype);
    if (!isKnown || hasHiddenState(value))
      throw new NoImage(`an object of the class ${classOf(value)}`);
    this.#visitProperties(value, Reflect.ownKeys(value));
  }

  #visitProperties(object: object, keys: readonly Key[]): void {
    const target = object as Record<Key, unknown>;
    const values = keys.map((key) => {
      const property = Object.getOwnPropertyDescriptor(object, key);
      if (property?.get !== undefined || property?.set !== undefined)
        throw new NoImage("a property that is computed");
      return property?.value as unknown;
    });
    this.#open.push(...values);
    const isClosed = !Object.isExtensible(object);
    if (Object.isFrozen(object) || (isClosed && keys.length === 0)) return;
    this.#restores.push(() => {
      if (!isClosed) {
        const now = Reflect.ownKeys(object);
        if (now.length !== keys.length || now.some((key, index) => key !== keys[index]))
          for (const key of now) if (!keys.includes(key)) Reflect.deleteProperty(object, key);
      }
      for (let index = 0; index < keys.length; index += 1) {
        const key = keys[index] as Key;
        if (!Object.is(target[key], values[index])) target[key] = values[index];
      }
    });
  }
}

/** Built-in objects keep their state where no property shows it. */
function hasHiddenState(value: object): boolean {
  return (
    types.isProxy(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isBoxedPrimitive(value) ||
    types.isExternal(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isModuleNamespaceObject(value)
  );
}

function classOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  return typeof constructor?.name === "string" ? constructor.name.slice(0, 60) : "without a name";
}
