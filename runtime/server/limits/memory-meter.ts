import { randomInt } from "node:crypto";
import { Accounts, type Account } from "./accounts.ts";
import {
  bucketOf,
  CONCURRENT_RETRY_MS,
  DAY_MS,
  type Charge,
  type Meter,
  type Shortage,
  type Taken,
} from "./meter.ts";

export const ACCOUNTS_MAX = 100_000;
/** So much less than a call that adding fractions of a minute loses none. */
const ROUNDING_MS = 1e-3;
const NOTHING_HELD: Taken = { release: () => undefined };

export interface MemoryMeterSetting {
  /** A clock that is not set: what an administrator or NTP does to the time of day changes no limit. */
  readonly nowMs?: () => number;
  readonly accountsMax?: number;
}

/** Counts in this process. Answers at once. */
// debt("GB-053"): forgotten with the process.
export function makeMemoryMeter(setting: MemoryMeterSetting = {}): Meter & { size(): number } {
  const { nowMs = () => performance.now(), accountsMax = ACCOUNTS_MAX } = setting;
  const accounts = new Accounts(accountsMax, randomInt(2 ** 32));
  return {
    size: () => accounts.size,
    take(charges) {
      const now = nowMs();
      accounts.makeRoom(now);
      const charged = charges.map((charge) => accounts.of(charge.key, now));
      let shortage: Shortage | undefined;
      for (const [index, charge] of charges.entries()) {
        const found = findShortage(charge, charged[index] as Account, now);
        if (found && !(shortage && shortage.retryAfterMs >= found.retryAfterMs)) shortage = found;
      }
      if (shortage) return { shortage };
      const held: Account[] = [];
      for (const [index, { limits }] of charges.entries()) {
        const account = charged[index] as Account;
        use(account, limits, now);
        if (limits.concurrent === undefined) continue;
        account.running += 1;
        held.push(account);
      }
      return held.length === 0 ? NOTHING_HELD : hold(held);
    },
  };
}

function findShortage(charge: Charge, account: Account, nowMs: number): Shortage | undefined {
  const { concurrent, perDay } = charge.limits;
  const day = dayEndsMs(account, nowMs);
  if (perDay !== undefined && day !== undefined && account.dayCount >= perDay)
    return { charge, what: "day", retryAfterMs: day - nowMs };
  const waitMs = waitOf(account, charge.limits, nowMs);
  if (waitMs > 0) return { charge, what: "rate", retryAfterMs: waitMs };
  if (concurrent !== undefined && account.running >= concurrent)
    return { charge, what: "concurrent", retryAfterMs: CONCURRENT_RETRY_MS };
  return undefined;
}

/** How long a call of `account` has to wait for a token; 0 when there is one. */
export function waitOf(account: Account, limits: Charge["limits"], nowMs: number): number {
  const bucket = bucketOf(limits);
  if (!bucket) return 0;
  const waitMs = account.fullAtMs - nowMs - bucket.earlyMs;
  return waitMs > ROUNDING_MS ? waitMs : 0;
}

/** Takes a token, and counts the call in its day. */
export function use(account: Account, limits: Charge["limits"], nowMs: number): void {
  const bucket = bucketOf(limits);
  if (bucket) account.fullAtMs = Math.max(account.fullAtMs, nowMs) + bucket.intervalMs;
  if (limits.perDay === undefined) return;
  if (dayEndsMs(account, nowMs) === undefined) {
    account.dayBeganMs = nowMs;
    account.dayCount = 0;
  }
  account.dayCount += 1;
}

/** Undefined when no day is being counted. */
function dayEndsMs({ dayBeganMs, dayCount }: Account, nowMs: number): number | undefined {
  const endsMs = dayBeganMs + DAY_MS;
  return dayCount > 0 && nowMs < endsMs ? endsMs : undefined;
}

function hold(held: readonly Account[]): Taken {
  let isHeld = true;
  return {
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      for (const account of held) account.running -= 1;
    },
  };
}
