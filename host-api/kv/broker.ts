import { assertShape, parseText } from "../arguments.ts";
import type { CapabilityBroker, HostAnswer, HostRequest, PluginHome } from "../capability.ts";
import { HostError } from "../errors.ts";
import type { KeyValueStore, Powers } from "../powers.ts";
import { encodeUtf8 } from "../text.ts";
import type { KvGrant } from "./grant.ts";
import { KEY_BYTES_MAX, KEYS_PER_LISTING_MAX, VALUE_BYTES_MAX } from "./limits.ts";

/** The store is opened by the first operation: a plugin that never uses it leaves no file. */
export function makeKvBroker(grant: KvGrant, home: PluginHome, powers: Powers): CapabilityBroker {
  let store: KeyValueStore | undefined;
  const open = (): KeyValueStore =>
    (store ??= powers.openKeyValue(`${home.folder}/kv.sqlite`, {
      quotaBytes: grant.quotaBytes,
      keyBytesMax: KEY_BYTES_MAX,
      valueBytesMax: VALUE_BYTES_MAX,
    }));
  return {
    operations: {
      "kv.get": (request) => getValue(open, request),
      "kv.set": (request) => setValue(open, request),
      "kv.delete": (request) => deleteValue(open, request),
      "kv.keys": (request) => listKeys(open, request),
    },
    close() {
      store?.close();
      store = undefined;
    },
  };
}

/** `[key]` → the value in the body, or `null` when there is none. An empty value answers `true` and no bytes. */
function getValue(open: () => KeyValueStore, request: HostRequest): HostAnswer {
  assertShape(request, 1);
  const key = parseKey(request.args[0]);
  const body = open().get(key);
  return body === undefined ? { value: null } : { value: true, body };
}

/** `[key]` and the value in the body → `null`, when the value is durable. */
function setValue(open: () => KeyValueStore, request: HostRequest): HostAnswer {
  assertShape(request, 1, VALUE_BYTES_MAX);
  const key = parseKey(request.args[0]);
  open().set(key, request.body);
  return { value: null };
}

/** `[key]` → whether it was there. */
function deleteValue(open: () => KeyValueStore, request: HostRequest): HostAnswer {
  assertShape(request, 1);
  const key = parseKey(request.args[0]);
  return { value: open().delete(key) };
}

/** `[prefix, after | null]` → a JSON array of keys in the body: a thousand of them are too long for a header. */
function listKeys(open: () => KeyValueStore, request: HostRequest): HostAnswer {
  assertShape(request, 2);
  const prefix = parseText(request.args[0], KEY_BYTES_MAX);
  const after = request.args[1] === null ? undefined : parseText(request.args[1], KEY_BYTES_MAX);
  const keys = open().keys(prefix, after, KEYS_PER_LISTING_MAX);
  return { value: keys.length, body: encodeUtf8(JSON.stringify(keys)) };
}

function parseKey(value: unknown): string {
  const key = parseText(value, KEY_BYTES_MAX);
  if (key === "") throw new HostError("invalid-argument", "the key is empty");
  return key;
}
