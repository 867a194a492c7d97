import { StoreError } from "./errors.ts";
import { LocalChannels } from "./local-channels.ts";
import {
  assertKey,
  assertMember,
  assertMessage,
  assertPut,
  assertTtl,
  type SharedStore,
} from "./shared-store.ts";

const ENTRIES_MAX = 200_000;
const BYTES_MAX = 128 * 1024 * 1024;
/** What an entry takes beside its text, about. */
const ENTRY_BYTES = 200;

interface Entry {
  readonly endsMs: number;
  readonly bytes: number;
  readonly value?: string;
  readonly version?: string;
  readonly counter?: number;
  readonly scores?: Map<string, number>;
}

export interface MemoryLimits {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/**
 * The shared store of one process that shares with nobody. `nowMs` only ever goes up, so that setting the clock ends
 * nothing early. What is full refuses: entries that somebody counts on are not thrown out for newer ones.
 */
export function makeMemoryStore(
  nowMs: () => number = () => performance.now(),
  limits: MemoryLimits = { entriesMax: ENTRIES_MAX, bytesMax: BYTES_MAX },
): SharedStore {
  const entries = new Map<string, Entry>();
  const channels = new LocalChannels();
  let bytes = 0;
  let versions = 0;

  const drop = (key: string, entry: Entry): void => {
    bytes -= entry.bytes;
    entries.delete(key);
  };
  const find = (key: string): Entry | undefined => {
    assertKey(key);
    const entry = entries.get(key);
    if (entry === undefined || entry.endsMs > nowMs()) return entry;
    drop(key, entry);
    return undefined;
  };
  const dropEnded = (): void => {
    const now = nowMs();
    for (const [key, entry] of entries) if (entry.endsMs <= now) drop(key, entry);
  };
  const isOver = (count: number, added: number): boolean =>
    entries.size + count > limits.entriesMax || bytes + added > limits.bytesMax;
  const keep = (key: string, entry: Entry): void => {
    const before = entries.get(key);
    const growth = entry.bytes - (before?.bytes ?? 0);
    const count = before === undefined ? 1 : 0;
    if (growth > 0 && isOver(count, growth)) dropEnded();
    if (growth > 0 && isOver(count, growth))
      throw new StoreError("ERR_STORE_FULL", "The store in memory is full.");
    bytes += growth;
    entries.set(key, entry);
  };

  return {
    async get(key) {
      const { value, version } = find(key) ?? {};
      return value === undefined || version === undefined ? undefined : { value, version };
    },
    async put(key, value, options) {
      assertPut(key, value, options);
      const { ttlMs, when } = options;
      const before = find(key);
      if (when !== undefined && (before?.version ?? null) !== when) return undefined;
      versions += 1;
      const version = String(versions);
      const size = ENTRY_BYTES + key.length + 2 * value.length;
      const endsMs = ttlMs === "keep" ? (before?.endsMs ?? 0) : nowMs() + ttlMs;
      keep(key, { endsMs, bytes: size, value, version });
      return version;
    },
    async delete(key, version) {
      const before = find(key);
      if (before === undefined || (version !== undefined && before.version !== version))
        return false;
      drop(key, before);
      return true;
    },
    async add(key, amount, ttlMs) {
      assertTtl(ttlMs);
      const before = find(key);
      const counter = (before?.counter ?? 0) + amount;
      const endsMs = before?.endsMs ?? nowMs() + ttlMs;
      keep(key, { endsMs, bytes: ENTRY_BYTES + key.length, counter });
      return counter;
    },
    async enlist(list, member, options) {
      assertMember(list, member, options);
      const { score, ttlMs, countMax, dropBelow = -Infinity } = options;
      const scores = find(list)?.scores ?? new Map<string, number>();
      for (const [other, its] of scores) if (its < dropBelow) scores.delete(other);
      const isNew = !scores.has(member);
      if (isNew && scores.size >= countMax) return false;
      const size = ENTRY_BYTES * (1 + scores.size + (isNew ? 1 : 0));
      keep(list, { endsMs: nowMs() + ttlMs, bytes: size, scores });
      scores.set(member, score);
      return true;
    },
    async delist(list, member) {
      assertMember(list, member);
      const entry = find(list);
      const wasOn = entry?.scores?.delete(member) ?? false;
      if (entry?.scores?.size === 0) drop(list, entry);
      return wasOn;
    },
    async listed(list, { countMax, scoreMax = Infinity }) {
      return [...(find(list)?.scores ?? [])]
        .filter(([, score]) => score <= scoreMax)
        .toSorted(([name, score], [other, its]) => score - its || (name < other ? -1 : 1))
        .slice(0, countMax)
        .map(([name]) => name);
    },
    async publish(channel, message) {
      assertMessage(channel, message);
      channels.publish(channel, message);
    },
    async subscribe(channel, listener) {
      assertKey(channel);
      const stop = channels.subscribe(channel, listener);
      return async () => stop();
    },
    isDurable: false,
    isReady: () => true,
    async close() {
      entries.clear();
      channels.clear();
      bytes = 0;
    },
  };
}
