import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Digest } from "../plugin/formats.ts";
import type { Shape } from "../plugin/shape.ts";
import { attempt, openCacheSecret, type CachePowers } from "./cache-secret.ts";

const FILE = "passed.bin";
const BYTES = 32;
const FILE_BYTES_MAX = 4000 * BYTES;

/** What the inspection of a component depends on, beside the code that inspects. */
export interface PassedKey {
  /** Of the very bytes that lie before us. */
  readonly component: Digest;
  /** Capabilities that the manifest requests. */
  readonly requested: readonly string[];
  /** Where the tools follow from the component: the shape, and the tools that were compared. */
  readonly shape?: Shape;
  readonly surface?: Digest;
}

/** Components that this very code has inspected on this machine, and found nothing against. */
export interface PassedComponents {
  has(key: PassedKey): boolean;
  add(key: PassedKey): void;
  /** Keeps what was asked for or added since the file was read, if anything is new. Never throws. */
  save(): void;
}

/**
 * Remembers between starts which components passed inspection, which takes twenty times as long as hashing them.
 * A component is known by the digest of its bytes, made anew at every start, and the code by `code`: whatever changes
 * either is inspected again. The file carries an HMAC-SHA256 by the secret of the transpile cache, and is worth as much:
 * one that was changed, or came with a copied workspace, is ignored; who can act as this user could change the program.
 */
export function openPassedComponents(
  folder: string,
  code: string,
  powers: CachePowers,
): PassedComponents {
  const secret = attempt(() => openCacheSecret(folder, powers));
  const known = new Set((secret && attempt(() => readNames(folder, secret, powers))) ?? []);
  const used = new Set<string>();
  let isNew = false;
  const nameOf = ({ component, requested, shape, surface }: PassedKey): string =>
    createHash("sha256")
      .update(JSON.stringify([code, component, requested.toSorted(), shape, surface]))
      .digest("hex");
  return {
    has(key) {
      const name = nameOf(key);
      if (known.has(name)) used.add(name);
      return known.has(name);
    },
    add(key) {
      used.add(nameOf(key));
      isNew = true;
    },
    save() {
      if (!secret || !isNew) return;
      isNew = false;
      const content = Buffer.from([...used].join(""), "hex").subarray(0, FILE_BYTES_MAX - BYTES);
      const bytes = Buffer.concat([macOf(secret, content), content]);
      attempt(() => powers.writeFile(`${folder}/${FILE}`, bytes));
    },
  };
}

function readNames(folder: string, secret: Uint8Array, powers: CachePowers): readonly string[] {
  const rule = { bytesMax: FILE_BYTES_MAX, secret: false };
  const bytes = powers.readFile(`${folder}/${FILE}`, rule);
  if (bytes === undefined || bytes.length % BYTES !== 0 || bytes.length === 0) return [];
  const content = bytes.subarray(BYTES);
  if (!timingSafeEqual(bytes.subarray(0, BYTES), macOf(secret, content))) return [];
  return Buffer.from(content).toString("hex").match(/.{64}/g) ?? [];
}

/** The name keeps it apart from the entries of the transpile cache, which are made with the same secret. */
function macOf(secret: Uint8Array, content: Uint8Array): Buffer {
  return createHmac("sha256", secret).update(`${FILE}\n`).update(content).digest();
}
