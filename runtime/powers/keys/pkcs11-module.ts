import { randomBytes } from "node:crypto";
import { dlopen, getRawPointer } from "node:ffi";

/** What a token can do for tenants' keys. Synchronous: it is used in a process of its own. */
export interface Module {
  create(id: string): void;
  wrap(id: string, plain: Uint8Array, associated: Uint8Array): Buffer;
  unwrap(id: string, wrapped: Uint8Array, associated: Uint8Array): Buffer;
  list(tenant: string): readonly string[];
  destroy(id: string): void;
  check(): string;
}

export class Pkcs11Refusal extends Error {
  override readonly name = "Pkcs11Refusal";
  readonly kind: "gone" | "closed" | "failed";
  constructor(kind: "gone" | "closed" | "failed", message: string) {
    super(message);
    this.kind = kind;
  }
}

const ULONG = 8;
const OBJECTS_MAX = 256;
const SLOTS_MAX = 64;
const TOKEN_INFO_BYTES = 512;
const LABEL_BYTES = 32;
const LABEL_MAX = 200;
const OUT_BYTES_MAX = 8192;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const LABEL_PREFIX = "glovebox ";

/** Values of PKCS #11 2.40, all of them `CK_ULONG`. */
const CKM_AES_KEY_GEN = 0x1080;
const CKM_AES_GCM = 0x1087;
const CKF_SESSION = 0x4 | 0x2;
const CKU_USER = 1;
const CKO_SECRET_KEY = 4;
const CKK_AES = 0x1f;
const CKR_OK = 0n;
const CKR_ALREADY_LOGGED_IN = 0x100n;
/** What a token answers to a PIN that lets nobody in. */
const PIN_IS: ReadonlyMap<bigint, string> = new Map([
  [0xa0n, "wrong"],
  [0xa2n, "too short or too long"],
  [0xa4n, "locked"],
]);
const CKA = {
  class: 0x0,
  token: 0x1,
  private: 0x2,
  label: 0x3,
  keyType: 0x100,
  id: 0x102,
  sensitive: 0x103,
  encrypt: 0x104,
  decrypt: 0x105,
  wrap: 0x106,
  unwrap: 0x107,
  valueLength: 0x161,
  extractable: 0x162,
  copyable: 0x171,
} as const;

const WORDS = {
  C_Initialize: { arguments: ["pointer"], return: "u64" },
  C_GetSlotList: { arguments: ["u8", "pointer", "pointer"], return: "u64" },
  C_GetTokenInfo: { arguments: ["u64", "pointer"], return: "u64" },
  C_OpenSession: { arguments: ["u64", "u64", "pointer", "pointer", "pointer"], return: "u64" },
  C_Login: { arguments: ["u64", "u64", "pointer", "u64"], return: "u64" },
  C_GenerateKey: { arguments: ["u64", "pointer", "pointer", "u64", "pointer"], return: "u64" },
  C_FindObjectsInit: { arguments: ["u64", "pointer", "u64"], return: "u64" },
  C_FindObjects: { arguments: ["u64", "pointer", "u64", "pointer"], return: "u64" },
  C_FindObjectsFinal: { arguments: ["u64"], return: "u64" },
  C_GetAttributeValue: { arguments: ["u64", "u64", "pointer", "u64"], return: "u64" },
  C_EncryptInit: { arguments: ["u64", "pointer", "u64"], return: "u64" },
  C_Encrypt: { arguments: ["u64", "pointer", "u64", "pointer", "pointer"], return: "u64" },
  C_DecryptInit: { arguments: ["u64", "pointer", "u64"], return: "u64" },
  C_Decrypt: { arguments: ["u64", "pointer", "u64", "pointer", "pointer"], return: "u64" },
  C_DestroyObject: { arguments: ["u64", "u64"], return: "u64" },
} as const;

/**
 * Opens a PKCS #11 module by its C functions and logs in to the token that has this label. Keys are AES-256, made in the
 * token, sensitive, not extractable and not copyable: they wrap by AES-GCM inside it.
 * For systems where a `CK_ULONG` has 64 bits: Linux and macOS. Tried with SoftHSM alone: debt("GB-082").
 */
export function openModule(file: string, token: string, pin: string): Module {
  if (process.platform === "win32") throw new Error("PKCS #11 is not supported on Windows");
  const { functions: c } = dlopen(file, WORDS);
  verify("C_Initialize", c.C_Initialize(0n));
  const slot = findSlot(c, token);
  const handle = Buffer.alloc(ULONG);
  verify("C_OpenSession", c.C_OpenSession(slot, BigInt(CKF_SESSION), 0n, 0n, at(handle)));
  const session = handle.readBigUInt64LE();
  const secret = Buffer.from(pin);
  const loggedIn = c.C_Login(session, BigInt(CKU_USER), at(secret), BigInt(secret.length));
  secret.fill(0);
  const pinIs = PIN_IS.get(loggedIn);
  if (pinIs) throw new Error(`the PIN is ${pinIs} (${refusal("C_Login", loggedIn)})`);
  if (loggedIn !== CKR_ALREADY_LOGGED_IN) verify("C_Login", loggedIn);

  const find = (...wanted: readonly Attribute[]): readonly bigint[] => {
    held.length = 0;
    const template = makeTemplate([[CKA.class, CKO_SECRET_KEY], ...wanted]);
    const count = BigInt(wanted.length + 1);
    verify("C_FindObjectsInit", c.C_FindObjectsInit(session, at(template), count));
    try {
      const objects = Buffer.alloc(OBJECTS_MAX * ULONG);
      const found = Buffer.alloc(ULONG);
      const answer = c.C_FindObjects(session, at(objects), BigInt(OBJECTS_MAX), at(found));
      verify("C_FindObjects", answer);
      const total = Math.min(Number(found.readBigUInt64LE()), OBJECTS_MAX);
      return Array.from({ length: total }, (_, index) => objects.readBigUInt64LE(index * ULONG));
    } finally {
      c.C_FindObjectsFinal(session);
    }
  };
  const findKeys = (id: string): readonly bigint[] => find([CKA.label, LABEL_PREFIX + id]);
  const findKey = (id: string): bigint => {
    const [key, second] = findKeys(id);
    if (key === undefined) throw new Pkcs11Refusal("gone", "the token has no such key");
    if (second !== undefined) throw new Error("the token has two keys of one name");
    return key;
  };
  const labelOf = (object: bigint): string => {
    const label = Buffer.alloc(LABEL_MAX);
    const template = makeTemplate([[CKA.label, label]]);
    verify("C_GetAttributeValue", c.C_GetAttributeValue(session, object, at(template), 1n));
    const length = Number(template.readBigUInt64LE(2 * ULONG));
    return label.subarray(0, Math.min(length, LABEL_MAX)).toString("utf8");
  };

  return {
    create(id) {
      if (findKeys(id).length > 0) throw new Error("the token has a key of this name");
      const tenant = Buffer.from(id.slice(0, id.indexOf("-")), "hex");
      const attributes: readonly Attribute[] = [
        [CKA.class, CKO_SECRET_KEY],
        [CKA.keyType, CKK_AES],
        [CKA.valueLength, 32],
        [CKA.label, LABEL_PREFIX + id],
        [CKA.id, tenant],
        [CKA.token, true],
        [CKA.private, true],
        [CKA.sensitive, true],
        [CKA.extractable, false],
        [CKA.copyable, false],
        [CKA.encrypt, true],
        [CKA.decrypt, true],
        [CKA.wrap, false],
        [CKA.unwrap, false],
      ];
      const template = makeTemplate(attributes);
      const mechanism = makeMechanism(CKM_AES_KEY_GEN);
      const [how, what] = [at(mechanism), at(template)];
      const made = c.C_GenerateKey(session, how, what, BigInt(attributes.length), at(handle));
      verify("C_GenerateKey", made);
    },
    wrap(id, plain, associated) {
      const key = findKey(id);
      const iv = randomBytes(IV_BYTES);
      const mechanism = makeGcm(iv, associated);
      verify("C_EncryptInit", c.C_EncryptInit(session, at(mechanism), key));
      const out = Buffer.alloc(OUT_BYTES_MAX);
      const length = ulong(out.length);
      const input = Buffer.from(plain);
      const done = c.C_Encrypt(session, at(input), BigInt(input.length), at(out), at(length));
      verify("C_Encrypt", done);
      const bytes = Number(length.readBigUInt64LE());
      if (bytes !== input.length + TAG_BYTES) throw new Error("the token answered another length");
      return Buffer.concat([iv, out.subarray(0, bytes)]);
    },
    unwrap(id, wrapped, associated) {
      const key = findKey(id);
      if (wrapped.length <= IV_BYTES + TAG_BYTES || wrapped.length > OUT_BYTES_MAX)
        throw new Pkcs11Refusal("closed", "what is wrapped is of another length");
      const mechanism = makeGcm(Buffer.from(wrapped.subarray(0, IV_BYTES)), associated);
      verify("C_DecryptInit", c.C_DecryptInit(session, at(mechanism), key));
      const out = Buffer.alloc(OUT_BYTES_MAX);
      const length = ulong(out.length);
      const input = Buffer.from(wrapped.subarray(IV_BYTES));
      const done = c.C_Decrypt(session, at(input), BigInt(input.length), at(out), at(length));
      if (done !== CKR_OK) throw new Pkcs11Refusal("closed", refusal("C_Decrypt", done));
      const bytes = Number(length.readBigUInt64LE());
      if (bytes !== input.length - TAG_BYTES) throw new Error("the token answered another length");
      return out.subarray(0, bytes);
    },
    list: (tenant) =>
      find([CKA.id, Buffer.from(tenant, "hex")])
        .map(labelOf)
        .flatMap((label) =>
          label.startsWith(LABEL_PREFIX) ? [label.slice(LABEL_PREFIX.length)] : [],
        ),
    destroy(id) {
      for (const key of findKeys(id)) verify("C_DestroyObject", c.C_DestroyObject(session, key));
      if (findKeys(id).length > 0) throw new Error("the token kept a key that it destroyed");
    },
    check() {
      find([CKA.label, LABEL_PREFIX]);
      return "the token answers, and has let this user in";
    },
  };
}

type Functions = ReturnType<typeof dlopen<typeof WORDS>>["functions"];

/** The slot of the one token that has this label; several are not told apart by chance. */
function findSlot(c: Functions, token: string): bigint {
  const slots = Buffer.alloc(SLOTS_MAX * ULONG);
  const count = ulong(SLOTS_MAX);
  verify("C_GetSlotList", c.C_GetSlotList(1, at(slots), at(count)));
  const total = Math.min(Number(count.readBigUInt64LE()), SLOTS_MAX);
  const found = Array.from({ length: total }, (_, index) =>
    slots.readBigUInt64LE(index * ULONG),
  ).filter((slot) => {
    const info = Buffer.alloc(TOKEN_INFO_BYTES);
    if (c.C_GetTokenInfo(slot, at(info)) !== CKR_OK) return false;
    return info.subarray(0, LABEL_BYTES).toString("utf8").trimEnd() === token;
  });
  const [slot] = found;
  if (slot === undefined || found.length > 1)
    throw new Error(found.length > 1 ? "two tokens have this label" : "no token has this label");
  return slot;
}

type Attribute = readonly [type: number, value: number | boolean | string | Buffer];

/** An array of `CK_ATTRIBUTE`: type, address and length of the value. */
function makeTemplate(attributes: readonly Attribute[]): Buffer {
  const bytes = Buffer.alloc(attributes.length * 3 * ULONG);
  const values = attributes.map(([, value]) => {
    if (typeof value === "number") return ulong(value);
    if (typeof value === "boolean") return Buffer.of(value ? 1 : 0);
    return typeof value === "string" ? Buffer.from(value) : value;
  });
  for (const [index, value] of values.entries()) {
    const start = index * 3 * ULONG;
    bytes.writeBigUInt64LE(BigInt(attributes[index]?.[0] ?? 0), start);
    bytes.writeBigUInt64LE(at(value), start + ULONG);
    bytes.writeBigUInt64LE(BigInt(value.length), start + 2 * ULONG);
  }
  return bytes;
}

/** A `CK_MECHANISM`: type, address and length of its parameter. */
function makeMechanism(type: number, parameter?: Buffer): Buffer {
  const bytes = Buffer.alloc(3 * ULONG);
  bytes.writeBigUInt64LE(BigInt(type), 0);
  if (parameter) {
    bytes.writeBigUInt64LE(at(parameter), ULONG);
    bytes.writeBigUInt64LE(BigInt(parameter.length), 2 * ULONG);
  }
  return bytes;
}

/** `CK_GCM_PARAMS`: the IV with its length in bytes and bits, the associated data with its length, the tag's bits. */
function makeGcm(iv: Buffer, associated: Uint8Array): Buffer {
  const bound = Buffer.from(associated);
  const words = [at(iv), iv.length, iv.length * 8, at(bound), bound.length, TAG_BYTES * 8];
  return makeMechanism(CKM_AES_GCM, Buffer.concat(words.map(ulong)));
}

/** What native code may still read or write: an address keeps nothing alive. Dropped when the next search begins, with which every question does. */
const held: Buffer[] = [];

function at(bytes: Buffer): bigint {
  held.push(bytes);
  return getRawPointer(bytes);
}

function ulong(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(ULONG);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function verify(name: string, answer: bigint): void {
  if (answer !== CKR_OK) throw new Error(refusal(name, answer));
}

function refusal(name: string, answer: bigint): string {
  return `${name} answered 0x${answer.toString(16)}`;
}
