import { DAY_MS } from "./meter.ts";

/** What one account has used. Times are milliseconds of a clock that never goes back. */
export interface Account {
  /** When the bucket will be full again. */
  fullAtMs: number;
  dayBeganMs: number;
  dayCount: number;
  running: number;
}

/** Accounts looked at for each new one: more than one, so that what has come to rest goes faster than new ones come. */
const LOOKED_AT = 4;
// debt("GB-056"): who comes when all are taken shares one.
const SHARED_COUNT = 1024;

/**
 * Accounts by key, of which there are never more than `accountsMax` and a fixed number that are shared.
 * One that still counts something is never dropped: to come with many names does not reset any. When there is no room, newcomers
 * share accounts by a secret hash until there is.
 */
export class Accounts {
  readonly #accountsMax: number;
  readonly #seed: number;
  readonly #own = new Map<string, Account>();
  readonly #shared = new Map<number, Account>();
  #hand = this.#own.entries();
  #openedCount = 0;

  constructor(accountsMax: number, seed: number) {
    this.#accountsMax = accountsMax;
    this.#seed = seed;
  }

  get size(): number {
    return this.#own.size + this.#shared.size;
  }

  of(key: string, nowMs: number): Account {
    return this.#own.get(key) ?? this.#open(key, nowMs);
  }

  /** The account without opening one. */
  find(key: string): Account | undefined {
    return this.#own.get(key) ?? this.#shared.get(this.#slotOf(key));
  }

  /** Drops some of what has come to rest. Before a call's accounts are looked up, and never between them: they rest until it uses them. */
  makeRoom(nowMs: number): void {
    for (let left = LOOKED_AT * this.#openedCount; left > 0; left -= 1) {
      const next = this.#hand.next();
      if (next.done === true) {
        this.#hand = this.#own.entries();
        break;
      }
      const [key, account] = next.value;
      if (isAtRest(account, nowMs)) this.#own.delete(key);
    }
    this.#openedCount = 0;
  }

  #open(key: string, nowMs: number): Account {
    this.#openedCount += 1;
    const slot = this.#slotOf(key);
    const shared = this.#shared.get(slot);
    const counts = shared !== undefined && !isAtRest(shared, nowMs);
    if (this.#own.size < this.#accountsMax) {
      // What was used while there was no room is not forgotten.
      const account = counts ? { ...shared, running: 0 } : newAccount(nowMs);
      this.#own.set(key, account);
      return account;
    }
    if (shared !== undefined) return shared;
    const account = newAccount(nowMs);
    this.#shared.set(slot, account);
    return account;
  }

  #slotOf(key: string): number {
    let hash = this.#seed;
    for (let index = 0; index < key.length; index += 1)
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
    return (hash >>> 0) % SHARED_COUNT;
  }
}

function newAccount(nowMs: number): Account {
  return { fullAtMs: nowMs, dayBeganMs: nowMs, dayCount: 0, running: 0 };
}

/** Whether it is as if it were new. */
function isAtRest(account: Account, nowMs: number): boolean {
  return (
    account.running === 0 &&
    account.fullAtMs <= nowMs &&
    (account.dayCount === 0 || nowMs - account.dayBeganMs >= DAY_MS)
  );
}
