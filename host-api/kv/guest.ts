import { callOrThrowTag, type GuestSetting } from "../guest.ts";
import type { JsonValue } from "../json.ts";
import { decodeUtf8 } from "../text.ts";
import { KEY_BYTES_MAX, KEYS_PER_LISTING_MAX, VALUE_BYTES_MAX } from "./limits.ts";

/** `glovebox:plugin/kv`, and `wasi:keyvalue/store` of 0.2.0-draft2 over the same store. */
export function makeKvImports(setting: GuestSetting): Record<string, Record<string, unknown>> {
  const store = makeStore(setting);
  return { "glovebox:plugin/kv": { ...store }, "wasi:keyvalue/store": makeWasiStore(store) };
}

interface Store {
  getValue(key: string): Uint8Array | undefined;
  setValue(key: string, value: Uint8Array): void;
  deleteValue(key: string): boolean;
  listKeys(prefix: string, after: string | undefined): string[];
}

/** Refusals are thrown as bare tags. What is too long for the channel is refused here, as the broker would. */
function makeStore({ channel }: GuestSetting): Store {
  const ask = (operation: string, args: readonly JsonValue[], body?: Uint8Array) => {
    if (args.some((text) => typeof text === "string" && text.length > KEY_BYTES_MAX))
      throw "invalid-argument";
    if (body !== undefined && body.length > VALUE_BYTES_MAX) throw "too-large";
    return callOrThrowTag(channel, operation, args, body);
  };
  return {
    getValue(key) {
      const { value, body } = ask("kv.get", [key]);
      return value === null ? undefined : body;
    },
    setValue(key, value) {
      ask("kv.set", [key], value);
    },
    deleteValue: (key) => ask("kv.delete", [key]).value === true,
    listKeys: (prefix, after) =>
      JSON.parse(decodeUtf8(ask("kv.keys", [prefix, after ?? null]).body)),
  };
}

/** The `error` variant of `wasi:keyvalue/store`. */
type WasiStoreError =
  | { readonly tag: "no-such-store" }
  | { readonly tag: "access-denied" }
  | { readonly tag: "other"; readonly val: string };

/** There is one bucket, named `default` or not at all. */
function makeWasiStore(store: Store): Record<string, unknown> {
  class Bucket {
    get(key: string): Uint8Array | undefined {
      return translate(() => store.getValue(key));
    }
    set(key: string, value: Uint8Array): void {
      translate(() => store.setValue(key, value));
    }
    delete(key: string): void {
      translate(() => store.deleteValue(key));
    }
    exists(key: string): boolean {
      return translate(() => store.getValue(key) !== undefined);
    }
    listKeys(cursor: string | undefined): { keys: string[]; cursor: string | undefined } {
      const keys = translate(() => store.listKeys("", cursor));
      return { keys, cursor: keys.length < KEYS_PER_LISTING_MAX ? undefined : keys.at(-1) };
    }
  }
  const open = (identifier: string): Bucket => {
    if (identifier !== "" && identifier !== "default")
      throw { tag: "no-such-store" } satisfies WasiStoreError;
    return new Bucket();
  };
  return { Bucket, open };
}

function translate<Result>(operation: () => Result): Result {
  try {
    return operation();
  } catch (error) {
    if (typeof error !== "string") throw error;
    throw (
      error === "not-permitted" ? { tag: "access-denied" } : { tag: "other", val: error }
    ) satisfies WasiStoreError;
  }
}
