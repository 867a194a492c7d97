import { randomInt } from "node:crypto";
import type { Principal } from "../../policy/principal.ts";
import {
  DEFAULT_REFUSED,
  DEFAULT_REQUESTS,
  type RateConfiguration,
} from "../../policy/server/rate.ts";
import { Accounts } from "./accounts.ts";
import { callerKey } from "./admit.ts";
import { ACCOUNTS_MAX, use, waitOf } from "./memory-meter.ts";

const ADDRESS_CHARS_MAX = 64;

/** What an HTTP server asks before it reads a body. Counts in this process; answers are seconds for `Retry-After`. */
export interface RequestGuard {
  /** Before anything of a request is looked at: whether its address has had too many refused. Undefined lets it on. */
  admitAddress(address: string): number | undefined;
  /** Of a request that could not be let in: no authority or a false one, malformed, too large, the wrong host or origin. */
  noteRefused(address: string): void;
  /** After authentication, before the body. Undefined lets it on, and counts it. */
  admitPrincipal(principal: Principal): number | undefined;
}

export type RequestLimits = Pick<RateConfiguration, "requests" | "refused">;

/** In force also where the configuration says nothing of rates. */
export const DEFAULT_REQUEST_LIMITS: RequestLimits = {
  requests: DEFAULT_REQUESTS,
  refused: DEFAULT_REFUSED,
};

export function makeRequestGuard(
  { requests, refused }: RequestLimits = DEFAULT_REQUEST_LIMITS,
  nowMs: () => number = () => performance.now(),
): RequestGuard {
  const addresses = new Accounts(ACCOUNTS_MAX, randomInt(2 ** 32));
  const callers = new Accounts(ACCOUNTS_MAX, randomInt(2 ** 32));
  return {
    admitAddress(address) {
      const account = addresses.find(networkOf(address));
      return account && secondsOf(waitOf(account, refused, nowMs()));
    },
    noteRefused(address) {
      const now = nowMs();
      addresses.makeRoom(now);
      const account = addresses.of(networkOf(address), now);
      // No deeper than empty: whoever stops is let on after one interval, however long they went on.
      if (waitOf(account, refused, now) === 0) use(account, refused, now);
    },
    admitPrincipal(principal) {
      const now = nowMs();
      callers.makeRoom(now);
      const account = callers.of(callerKey(principal), now);
      const wait = secondsOf(waitOf(account, requests, now));
      if (wait === undefined) use(account, requests, now);
      return wait;
    },
  };
}

function secondsOf(waitMs: number): number | undefined {
  return waitMs > 0 ? Math.max(1, Math.ceil(waitMs / 1000)) : undefined;
}

/**
 * Whom an address stands for: an IPv4 address for itself, in either spelling, and an IPv6 address for its network of 64 bits,
 * all of which one subscriber has.
 */
export function networkOf(address: string): string {
  const text = address.slice(0, ADDRESS_CHARS_MAX).toLowerCase();
  if (!text.includes(":")) return text;
  const mapped = /^(?:0*:)*:?ffff:(\d{1,3}(?:\.\d{1,3}){3})$/.exec(text);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = "", tail] = text.replace(/%.*$/, "").split("::");
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(zeros).fill("0"), ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
