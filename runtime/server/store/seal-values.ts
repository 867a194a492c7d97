import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { StoreError } from "./errors.ts";
import type { SharedStore } from "./shared-store.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = "1.";
const INFO = "glovebox store value 1 ";

/**
 * The same store with its values encrypted and authenticated by the server's state key (AES-256-GCM, one key for each
 * key of the store by HKDF). Whoever else can read the store learns no arguments or results from it; whoever can write
 * to it can neither make a value up nor carry one to another key. What remains to them: to take values away, and to put
 * back an older one of the same key.
 * `get` throws `ERR_STORE_VALUE` for what was not sealed with the same key. Counters, lists and messages stay as they are.
 */
// debt("GB-069"): an older value of the same key opens.
export function sealValues(store: SharedStore, stateKey: Uint8Array): SharedStore {
  const keyOf = (key: string): Uint8Array =>
    new Uint8Array(hkdfSync("sha256", stateKey, "", INFO + key, 32));
  return {
    ...store,
    async get(key) {
      const stored = await store.get(key);
      return stored && { ...stored, value: open(keyOf(key), stored.value) };
    },
    put: (key, value, options) => store.put(key, seal(keyOf(key), value), options),
    isReady: () => store.isReady(),
    close: () => store.close(),
  };
}

function seal(key: Uint8Array, value: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  const parts = [nonce, cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()];
  return FORM + Buffer.concat(parts).toString("base64url");
}

function open(key: Uint8Array, text: string): string {
  try {
    if (!text.startsWith(FORM)) throw new Error("another form");
    const bytes = Buffer.from(text.slice(FORM.length), "base64url");
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const sealed = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new StoreError(
      "ERR_STORE_VALUE",
      "In the shared store a value was not sealed with this server's state key.",
      { cause },
    );
  }
}
