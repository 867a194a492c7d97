import { createHash, randomUUID } from "node:crypto";
import { storeKey } from "../store/shared-store.ts";
import {
  bucketOf,
  CONCURRENT_RETRY_MS,
  DAY_MS,
  type Charge,
  type Meter,
  type Taken,
} from "./meter.ts";

/** A script by its text, and by the digest under which the server knows it. */
export interface Script {
  readonly text: string;
  readonly sha1: string;
}

/** Has the shared server run a script as one. Rejects when it is away. `runtime/powers/redis.ts` implements it. */
export type Evaluate = (
  script: Script,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown>;

const NOT_LIMITED = "-1";
const WHATS = ["day", "rate", "concurrent"] as const;
const PARTS = ["bucket", "day", "running"] as const;

/**
 * All charges of a call at once, by the server's own clock in microseconds: none is taken when one falls short, and no
 * other replica comes between. A clock that is set back holds nobody up longer than an empty bucket would. Numbers are
 * written without an exponent: Lua's own way loses digits. What is no number fails the script, and so refuses the call.
 */
const TAKE = makeScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local lease, id = tonumber(ARGV[1]), ARGV[2]
local short, what, wait = 0, 0, -1
local full = {}
local function fall(index, kind, micros)
  if micros > wait then short, what, wait = index, kind, micros end
end
local function count(text)
  if not text then return 0 end
  local number = tonumber(text)
  if not number or number ~= number then error('not a count') end
  return number
end
for index = 1, #KEYS / 3 do
  local at = 4 * index - 1
  local interval, early = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  local perDay, concurrent = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  if perDay >= 0 and count(redis.call('GET', KEYS[3 * index - 1])) >= perDay then
    fall(index, 1, math.max(redis.call('PTTL', KEYS[3 * index - 1]), 1) * 1000)
  end
  if interval >= 0 then
    local at = math.min(count(redis.call('GET', KEYS[3 * index - 2])), now + early + interval)
    full[index] = math.max(at, now) + interval
    if at - now - early > 1 then fall(index, 2, at - now - early) end
  end
  if concurrent >= 0 then
    redis.call('ZREMRANGEBYSCORE', KEYS[3 * index], '-inf', string.format('%.0f', now))
    if redis.call('ZCARD', KEYS[3 * index]) >= concurrent then fall(index, 3, 1) end
  end
end
if what > 0 then return {short, what, string.format('%.0f', math.ceil(wait / 1000))} end
for index = 1, #KEYS / 3 do
  local at = 4 * index - 1
  if full[index] then
    local micros = string.format('%.0f', full[index])
    redis.call('SET', KEYS[3 * index - 2], micros, 'PX', string.format('%.0f', math.ceil((full[index] - now) / 1000)))
  end
  if tonumber(ARGV[at + 2]) >= 0 then
    redis.call('INCR', KEYS[3 * index - 1])
    if redis.call('PTTL', KEYS[3 * index - 1]) < 0 then redis.call('PEXPIRE', KEYS[3 * index - 1], ${DAY_MS}) end
  end
  if tonumber(ARGV[at + 3]) >= 0 then
    redis.call('ZADD', KEYS[3 * index], string.format('%.0f', now + lease * 1000), id)
    redis.call('PEXPIRE', KEYS[3 * index], lease)
  end
end
return {0, 0, '0'}`);

const RELEASE = makeScript(
  "for index = 1, #KEYS do redis.call('ZREM', KEYS[index], ARGV[1]) end return 1",
);

/**
 * Counts in a Redis or Valkey that all replicas share, one question for each call. `rate-limiter-flexible` would ask one for
 * each limit, keep what it took when the next fell short, and knows no places of running calls.
 * A place whose holder is gone is free again after its lease.
 */
export function makeRedisMeter(evaluate: Evaluate): Meter {
  return {
    async take(charges, leaseMs) {
      const id = randomUUID();
      const keys = charges.flatMap(({ key }) => PARTS.map((part) => storeKey("limits", part, key)));
      const held = keys.filter(
        (_, index) => index % 3 === 2 && charges[(index - 2) / 3]?.limits.concurrent !== undefined,
      );
      let isHeld = held.length > 0;
      const release = (): void => {
        if (!isHeld) return;
        isHeld = false;
        // Where it cannot be said, the lease ends by itself.
        evaluate(RELEASE, held, [id]).catch(() => undefined);
      };
      const args = [String(Math.ceil(leaseMs)), id, ...charges.flatMap(wordsOf)];
      try {
        return readTaken(await evaluate(TAKE, keys, args), charges, release);
      } catch (error) {
        // It may have been taken all the same, and only the answer is lost.
        release();
        throw error;
      }
    },
  };
}

function wordsOf({ limits }: Charge): readonly string[] {
  const bucket = bucketOf(limits);
  return [
    bucket ? String(bucket.intervalMs * 1000) : NOT_LIMITED,
    bucket ? String(bucket.earlyMs * 1000) : NOT_LIMITED,
    String(limits.perDay ?? NOT_LIMITED),
    String(limits.concurrent ?? NOT_LIMITED),
  ];
}

/** Whoever else writes to the server is a stranger: an answer of another shape is none. */
function readTaken(answer: unknown, charges: readonly Charge[], release: () => void): Taken {
  if (!Array.isArray(answer) || answer.length !== 3) throw new Error("not an answer of ours");
  const [short, kind, wait]: readonly unknown[] = answer;
  if (short === 0 && kind === 0) return { release };
  const charge = charges[Number(short) - 1];
  const what = WHATS[Number(kind) - 1];
  const waitMs = Number(wait);
  if (!charge || !what || !Number.isFinite(waitMs)) throw new Error("not an answer of ours");
  return {
    shortage: {
      charge,
      what,
      retryAfterMs:
        what === "concurrent" ? CONCURRENT_RETRY_MS : Math.min(Math.max(waitMs, 1), DAY_MS),
    },
  };
}

function makeScript(text: string): Script {
  return { text, sha1: createHash("sha1").update(text).digest("hex") };
}
