import { assertShape, parseText } from "../arguments.ts";
import type {
  CapabilityBroker,
  HostAnswer,
  HostOperation,
  HostRequest,
  PluginHome,
} from "../capability.ts";
import { HostError } from "../errors.ts";
import type { KeyValueStore, Powers } from "../powers.ts";
import { encodeUtf8 } from "../text.ts";
import type { KvGrant } from "./grant.ts";
import { KEY_BYTES_MAX, KEYS_PER_LISTING_MAX, VALUE_BYTES_MAX } from "./limits.ts";

const RETRY_MS_MAX = 50;

/** The store is opened by the first operation: a plugin that never uses it leaves no file. */
export function makeKvBroker(grant: KvGrant, home: PluginHome, powers: Powers): CapabilityBroker {
  let store: KeyValueStore | undefined;
  const open = (): KeyValueStore =>
    (store ??= powers.openKeyValue(`${home.folder}/kv.sqlite`, {
      quotaBytes: grant.quotaBytes,
      keyBytesMax: KEY_BYTES_MAX,
      valueBytesMax: VALUE_BYTES_MAX,
      ...(home.seal ? { seal: home.seal } : {}),
    }));
  return {
    operations: {
      "kv.get": whenFree((request) => getValue(open, request)),
      "kv.set": whenFree((request) => setValue(open, request)),
      "kv.delete": whenFree((request) => deleteValue(open, request)),
      "kv.keys": whenFree((request) => listKeys(open, request)),
    },
    close() {
      store?.close();
      store = undefined;
    },
  };
}

/**
 * A plugin that runs in two servers of one workspace may keep its own file locked for seconds. It waits by itself:
 * the broker tries again between what it does for others, until the call ends.
 */
function whenFree(run: (request: HostRequest) => HostAnswer): HostOperation {
  return function attempt(request, call): HostAnswer | Promise<HostAnswer> {
    try {
      return run(request);
    } catch (error) {
      const isBusy = error instanceof HostError && error.tag === "timed-out";
      if (!isBusy) throw error;
      return pause().then(() => {
        if (call.signal.aborted) throw error;
        return attempt(request, call);
      });
    }
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * RETRY_MS_MAX));
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
