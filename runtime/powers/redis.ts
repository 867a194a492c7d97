import { randomBytes } from "node:crypto";
import { createClient, ErrorReply } from "@redis/client";
import type { Evaluate } from "../server/limits/redis-meter.ts";
import { StoreError } from "../server/store/errors.ts";
import {
  assertKey,
  assertMember,
  assertMessage,
  assertPut,
  assertTtl,
  MESSAGE_BYTES_MAX,
  VALUE_BYTES_MAX,
  type SharedStore,
} from "../server/store/shared-store.ts";

type Client = ReturnType<typeof makeClient>;

export interface RedisConnection {
  readonly store: SharedStore;
  /** Runs a script that the server does as one. Refuses like the store. */
  readonly evaluate: Evaluate;
}

/** Everything of ours begins with this, so that another program's keys on the same server are left alone. */
const PREFIX = "glovebox:";
const CONNECT_MS_MAX = 3000;
const ANSWER_MS_MAX = 2000;
/** A connection on which nothing came for so long is given up. The pings keep a living one above it. */
const SILENCE_MS_MAX = 5000;
const PING_MS = 1500;
const RECONNECT_MS_MAX = 2000;
const WAITING_COMMANDS_MAX = 5000;
const VERSION_BYTES = 16;
const VERSION_CHARS = 22;
const MEMBER = /^[A-Za-z0-9_.:-]{1,200}$/;

const SET_IF_VERSION = `
if redis.call('GETRANGE', KEYS[1], 0, ${VERSION_CHARS - 1}) ~= ARGV[1] then return 0 end
if ARGV[3] == 'keep' then redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;
const DELETE_IF_VERSION = `
if redis.call('GETRANGE', KEYS[1], 0, ${VERSION_CHARS - 1}) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;
const ADD = `
local amount = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return amount`;
const ENLIST = `
if ARGV[5] ~= '' then redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[5]) end
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return 0
end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

/**
 * Connects to a Redis or Valkey server: `redis://HOST:PORT`, or `rediss://USER:PASSWORD@HOST:PORT/DB` over TLS with the
 * server's certificate verified. A connection that is lost comes back by itself; until then, and when an answer takes
 * over 2 s, everything is refused and nothing is queued. `onTrouble` hears why, without the address.
 *
 * @throws StoreError `ERR_STORE_ADDRESS` or `ERR_STORE_UNREACHABLE`
 */
export async function openRedis(
  url: string,
  onTrouble: (error: Error) => void,
): Promise<RedisConnection> {
  verifyAddress(url);
  const client = makeClient(url);
  // What is heard must not wait behind what is asked.
  const hearing = makeClient(url);
  for (const one of [client, hearing]) one.on("error", onTrouble);
  try {
    await within(Promise.all([client, hearing].map(greet)), CONNECT_MS_MAX);
  } catch (cause) {
    drop(client);
    drop(hearing);
    throw toStoreError(cause);
  }
  return { evaluate: makeEvaluate(client), store: makeRedisStore(client, hearing) };
}

/** The script itself is sent to a server that does not know it yet, which after a restart none does. */
function makeEvaluate(client: Client): Evaluate {
  return async ({ text, sha1 }, keys, args) => {
    const options = { keys: keys.map((key) => PREFIX + key), arguments: [...args] };
    return ask(async () => {
      try {
        return await client.evalSha(sha1, options);
      } catch (error) {
        if (!(error instanceof ErrorReply && error.message.startsWith("NOSCRIPT"))) throw error;
        return client.eval(text, options);
      }
    });
  };
}

/** Whatever else listens there would be taken for an empty store. */
async function greet(client: Client): Promise<void> {
  await client.connect();
  const reply: unknown = await client.ping();
  if (reply !== "PONG") throw new Error("it does not speak Redis");
}

function verifyAddress(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isOurs = parsed?.protocol === "redis:" || parsed?.protocol === "rediss:";
  if (!isOurs || parsed.hostname === "" || !/^(\/\d{0,3})?$/.test(parsed.pathname))
    // The address can hold a password, so it is not repeated.
    throw new StoreError("ERR_STORE_ADDRESS", "The address is not redis://… or rediss://….");
}

function makeClient(url: string) {
  return createClient({
    url,
    RESP: 3,
    disableOfflineQueue: true,
    commandsQueueMaxLength: WAITING_COMMANDS_MAX,
    pingInterval: PING_MS,
    maintNotifications: "disabled",
    disableClientInfo: true,
    socket: {
      connectTimeout: CONNECT_MS_MAX,
      socketTimeout: SILENCE_MS_MAX,
      reconnectStrategy: (tries) =>
        Math.min(50 * 2 ** Math.min(tries, 10), RECONNECT_MS_MAX) * (0.5 + Math.random() / 2),
    },
  });
}

function makeRedisStore(client: Client, hearing: Client): SharedStore {
  const run = (script: string, key: string, ...args: readonly string[]): Promise<unknown> =>
    ask(() => client.eval(script, { keys: [PREFIX + key], arguments: [...args] }));

  return {
    async get(key) {
      assertKey(key);
      const text = await ask(() =>
        client.getRange(PREFIX + key, 0, VERSION_CHARS + VALUE_BYTES_MAX),
      );
      return readStored(text);
    },
    async put(key, value, putOptions) {
      assertPut(key, value, putOptions);
      const { ttlMs, when } = putOptions;
      const version = randomBytes(VERSION_BYTES).toString("base64url");
      const text = version + value;
      if (typeof when === "string") {
        const done = await run(SET_IF_VERSION, key, when, text, String(ttlMs));
        return done === 1 ? version : undefined;
      }
      const options = { expiration: { type: "PX", value: Number(ttlMs) } } as const;
      const done = await ask(() =>
        client.set(PREFIX + key, text, when === null ? { ...options, condition: "NX" } : options),
      );
      return done === "OK" ? version : undefined;
    },
    async delete(key, version) {
      assertKey(key);
      if (version !== undefined) return (await run(DELETE_IF_VERSION, key, version)) === 1;
      return (await ask(() => client.del(PREFIX + key))) === 1;
    },
    async add(key, amount, ttlMs) {
      assertKey(key);
      assertTtl(ttlMs);
      const counter = await run(ADD, key, String(Math.trunc(amount)), String(ttlMs));
      if (!Number.isSafeInteger(counter)) throw broken("a counter is not a number");
      return Number(counter);
    },
    async enlist(list, member, options) {
      assertMember(list, member, options);
      const { score, ttlMs, countMax, dropBelow } = options;
      const args = [member, score, countMax, ttlMs, dropBelow ?? ""].map(String);
      return (await run(ENLIST, list, ...args)) === 1;
    },
    async delist(list, member) {
      assertMember(list, member);
      return (await ask(() => client.zRem(PREFIX + list, member))) === 1;
    },
    async listed(list, { countMax, scoreMax = Infinity }) {
      assertKey(list);
      const members: unknown = await ask(() =>
        client.zRange(PREFIX + list, "-inf", scoreMax === Infinity ? "+inf" : scoreMax, {
          BY: "SCORE",
          LIMIT: { offset: 0, count: countMax },
        }),
      );
      if (!Array.isArray(members)) throw broken("a list is not a list");
      // A name that we would not have put there is nobody's.
      return members.filter(isMember).slice(0, countMax);
    },
    async publish(channel, message) {
      assertMessage(channel, message);
      await ask(() => client.publish(PREFIX + channel, message));
    },
    async subscribe(channel, listener) {
      assertKey(channel);
      const own = (message: string): void => {
        if (Buffer.byteLength(message) <= MESSAGE_BYTES_MAX) listener(message);
      };
      await ask(() => hearing.subscribe(PREFIX + channel, own));
      return async () => {
        // Where the connection is lost there is nothing to stop, and it does not come back for this listener.
        await ask(() => hearing.unsubscribe(PREFIX + channel, own)).catch(() => undefined);
      };
    },
    isDurable: true,
    isReady: () => client.isReady && hearing.isReady,
    async close() {
      drop(client);
      drop(hearing);
    },
  };
}

function isMember(value: unknown): value is string {
  return typeof value === "string" && MEMBER.test(value);
}

function readStored(
  text: unknown,
): { readonly version: string; readonly value: string } | undefined {
  if (text === "") return undefined;
  if (typeof text !== "string" || text.length <= VERSION_CHARS)
    throw broken("a value is not one of ours");
  if (Buffer.byteLength(text) > VERSION_CHARS + VALUE_BYTES_MAX)
    throw broken("a value is too long to be one of ours");
  return { version: text.slice(0, VERSION_CHARS), value: text.slice(VERSION_CHARS) };
}

function broken(what: string): StoreError {
  return new StoreError("ERR_STORE_VALUE", `In the shared store ${what}.`);
}

/** One question with a bounded wait. Whatever goes wrong is a refusal. */
async function ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await within(question(), ANSWER_MS_MAX);
  } catch (error) {
    throw toStoreError(error);
  }
}

function toStoreError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const message = cause instanceof Error ? cause.message : "";
  if (cause instanceof ErrorReply && /^(WRONGTYPE|ERR value is not)/.test(message))
    return new StoreError("ERR_STORE_VALUE", "In the shared store a value is of another kind.", {
      cause,
    });
  return new StoreError("ERR_STORE_UNREACHABLE", "The shared store does not answer.", { cause });
}

async function within<Answer>(work: Promise<Answer>, msMax: number): Promise<Answer> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer in ${msMax} ms`)), msMax);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    // An answer that comes after all is nobody's; neither is its failure.
    work.catch(() => undefined);
  }
}

function drop(client: Client): void {
  client.removeAllListeners("error");
  client.on("error", () => undefined);
  if (client.isOpen) client.destroy();
}
