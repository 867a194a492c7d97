import type { RateLimits } from "../../policy/server/rate.ts";

/** One account that a call is charged to, and what the account may use. */
export interface Charge {
  /** Unique for whom and what is counted. */
  readonly key: string;
  /** Whose account it is, in words for the client. */
  readonly whose: "caller" | "tool" | "tenant";
  readonly limits: RateLimits;
}

/** Why a call is not let in, and after how many milliseconds it might be. */
export interface Shortage {
  readonly charge: Charge;
  readonly what: "rate" | "day" | "concurrent";
  readonly retryAfterMs: number;
}

/** A call that was let in holds its places until `release`, which counts once however often it is called. */
export type Taken =
  | { readonly shortage: Shortage }
  | { readonly shortage?: undefined; readonly release: () => void };

/** Counts calls. All charges of a call are taken, or none is. */
export interface Meter {
  /** `leaseMs` bounds for how long the call can hold a place, should whoever took it be gone. May throw or reject: then nothing is known. */
  take(charges: readonly Charge[], leaseMs: number): Taken | Promise<Taken>;
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
/** Nobody knows when a running call ends. */
export const CONCURRENT_RETRY_MS = 1000;

/** The bucket in the terms of the generic cell rate algorithm (ITU-T I.371): a call each `intervalMs`, and how early one may come. */
export function bucketOf({
  perMinute,
  burst = perMinute,
}: RateLimits): { readonly intervalMs: number; readonly earlyMs: number } | undefined {
  if (perMinute === undefined || burst === undefined) return undefined;
  const intervalMs = MINUTE_MS / perMinute;
  return { intervalMs, earlyMs: (burst - 1) * intervalMs };
}
