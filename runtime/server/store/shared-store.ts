import { createHash } from "node:crypto";
import { StoreError } from "./errors.ts";

/**
 * What the replicas of one server know together, or one process keeps for itself: small values with an end, counters,
 * ordered lists and messages. Every method refuses with a `StoreError` when the store is away: nothing is queued, and
 * nobody may go on as if the answer had been yes.
 *
 * Keys are made with `storeKey`. Whoever else can write to the store is a stranger: what is read is parsed like any
 * other input, and what must not be forged goes through `sealValues`.
 */
export interface SharedStore {
  get(key: string): Promise<Stored | undefined>;
  /** Sets a value that ends after `ttlMs`, if `when` holds. Its version, or undefined when it did not hold. */
  put(key: string, value: string, options: PutOptions): Promise<string | undefined>;
  /** Whether there was such a value (of that version, where one is given). */
  delete(key: string, version?: string): Promise<boolean>;
  /** Adds to a counter and answers what it is then. It ends `ttlMs` after it was begun. */
  add(key: string, amount: number, ttlMs: number): Promise<number>;
  /** Puts a member on an ordered list, or moves it. False when the list is full. The list ends `ttlMs` after its last change. */
  enlist(list: string, member: string, options: EnlistOptions): Promise<boolean>;
  /** Whether it was on the list. */
  delist(list: string, member: string): Promise<boolean>;
  /** The members with the lowest scores, lowest first. */
  listed(list: string, options: ListedOptions): Promise<readonly string[]>;
  /** Sends to whoever listens now, in every process. Messages can be lost: they are never the only way to learn of something. */
  publish(channel: string, message: string): Promise<void>;
  /** Hears messages until the answer is called. Messages too long to be ours are dropped. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;
  /** Whether what is in it outlives this process. */
  readonly isDurable: boolean;
  /** Whether it can be asked now. */
  isReady(): boolean;
  close(): Promise<void>;
}

export interface Stored {
  readonly value: string;
  /** Another one after every change. */
  readonly version: string;
}

export interface PutOptions {
  /** `keep`: it ends when the value ends that it replaces. Only with the version of that. */
  readonly ttlMs: number | "keep";
  /** Compare and set: only if there is no value (`null`), or the value is still of this version. Left out: in any case. */
  readonly when?: string | null;
}

export interface EnlistOptions {
  readonly score: number;
  readonly ttlMs: number;
  readonly countMax: number;
  /** Members with a lower score leave the list first. */
  readonly dropBelow?: number;
}

export interface ListedOptions {
  readonly countMax: number;
  readonly scoreMax?: number;
}

export const VALUE_BYTES_MAX = 4 * 1024 * 1024;
export const MESSAGE_BYTES_MAX = 64 * 1024;
export const TTL_MS_MAX = 400 * 24 * 60 * 60 * 1000;
const KEY = /^[a-z][a-z0-9-]{0,30}:[A-Za-z0-9_-]{43}$/;
const MEMBER = /^[A-Za-z0-9_.:-]{1,200}$/;

/**
 * The key of something by its kind and whatever identifies it: ids, names and principals as strangers wrote them cannot
 * meet, reach another kind, or grow.
 */
export function storeKey(kind: string, ...parts: readonly string[]): string {
  return `${kind}:${createHash("sha256").update(JSON.stringify(parts)).digest("base64url")}`;
}

/** Every store holds its callers to this before anything is sent. What fails it is a fault of ours, not of a caller's. */
export function assertKey(key: string): void {
  if (!KEY.test(key)) throw new TypeError("a key of the store is made with storeKey");
}

export function assertPut(key: string, value: string, { ttlMs, when }: PutOptions): void {
  assertKey(key);
  if (ttlMs !== "keep") assertTtl(ttlMs);
  else if (typeof when !== "string") throw new TypeError("what is kept on has a version");
  if (value === "" || Buffer.byteLength(value) > VALUE_BYTES_MAX)
    throw new StoreError("ERR_STORE_VALUE", "A value is empty or too long to be stored.");
}

export function assertTtl(ttlMs: number): void {
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || ttlMs > TTL_MS_MAX)
    throw new TypeError("a value of the store ends after a whole number of milliseconds");
}

export function assertMember(list: string, member: string, options?: EnlistOptions): void {
  assertKey(list);
  if (!MEMBER.test(member)) throw new TypeError("a member of a list is a short plain name");
  if (options === undefined) return;
  assertTtl(options.ttlMs);
  if (!Number.isFinite(options.score)) throw new TypeError("a score is a number");
}

export function assertMessage(channel: string, message: string): void {
  assertKey(channel);
  if (Buffer.byteLength(message) > MESSAGE_BYTES_MAX)
    throw new StoreError("ERR_STORE_VALUE", "A message is too long to be published.");
}
