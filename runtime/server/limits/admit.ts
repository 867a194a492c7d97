import type { ClientError } from "../../answer.ts";
import type { Admission, CallSteps } from "../../call.ts";
import type { Principal } from "../../policy/principal.ts";
import type { CallerLimits, RateConfiguration, RateLimits } from "../../policy/server/rate.ts";
import type { Charge, Meter, Shortage, Taken } from "./meter.ts";

const ADMITTED: Admission = { end: () => undefined };
/** Beside its deadline a call waits for its turn, for a runner to start, and for its answer to be read. */
const LEASE_MARGIN_MS = 120_000;

/**
 * The step that asks the limits: of the caller, of the caller and the tool, and of the tenant.
 * Answers at once where the meter does. A meter that fails refuses the call, since nobody knows what was used, unless
 * `whenAway` is there to be asked instead.
 */
export function makeAdmit(
  rate: RateConfiguration,
  meter: Meter,
  whenAway?: Meter,
): CallSteps["admit"] {
  const chargesOf = makeChargesOf(rate);
  return (caller, callable) => {
    const charges = chargesOf(caller.principal, callable.exposedName);
    if (charges.length === 0) return ADMITTED;
    const leaseMs = callable.plugin.deadlineMs + LEASE_MARGIN_MS;
    const taken = meter.take(charges, leaseMs);
    if (!(taken instanceof Promise)) return toAdmission(taken);
    return taken.then(toAdmission, async () =>
      whenAway ? toAdmission(await whenAway.take(charges, leaseMs)) : UNKNOWN,
    );
  };
}

/**
 * A place among the calls that run at the same time, for a task that begins to run: it was charged as a call when it was
 * made. Undefined where there is none now, or nobody knows.
 */
export type TakePlace = (
  principal: Principal,
  exposedName: string,
  leaseMs: number,
) => Promise<(() => void) | undefined>;

/** The same accounts as those of calls, and nothing of them but `concurrent`. */
export function makeTakePlace(rate: RateConfiguration, meter: Meter, whenAway?: Meter): TakePlace {
  const chargesOf = makeChargesOf(rate);
  return async (principal, exposedName, leaseMs) => {
    const places = chargesOf(principal, exposedName).flatMap(({ limits, ...charge }) =>
      limits.concurrent === undefined
        ? []
        : { ...charge, limits: { concurrent: limits.concurrent } },
    );
    if (places.length === 0) return () => undefined;
    const taken = await takeFrom(meter, places, leaseMs + LEASE_MARGIN_MS).catch(() =>
      whenAway?.take(places, leaseMs + LEASE_MARGIN_MS),
    );
    return taken?.shortage ? undefined : taken?.release;
  };
}

async function takeFrom(meter: Meter, charges: readonly Charge[], leaseMs: number): Promise<Taken> {
  return meter.take(charges, leaseMs);
}

/** What a call of a principal and a tool is charged to. */
function makeChargesOf(
  rate: RateConfiguration,
): (principal: Principal, exposedName: string) => readonly Charge[] {
  const tools = new Map(Object.entries(rate.tools));
  const accountsOf = makeAccountsOf(rate);
  return (principal, exposedName) => {
    const { always, key } = accountsOf(principal);
    const limits = tools.get(exposedName);
    return limits
      ? [...always, { key: `tool ${exposedName} ${key}`, whose: "tool", limits }]
      : always;
  };
}

interface CallerAccounts {
  readonly key: string;
  readonly always: readonly Charge[];
}

/** A principal is built once and used often: what it is charged with is worked out once. */
function makeAccountsOf(rate: RateConfiguration): (principal: Principal) => CallerAccounts {
  const known = new WeakMap<Principal, CallerAccounts>();
  return (principal) => {
    let accounts = known.get(principal);
    if (!accounts) {
      const key = callerKey(principal);
      const caller: Charge = {
        key: `caller ${key}`,
        whose: "caller",
        limits: limitsOf(rate, principal),
      };
      const tenant: Charge = {
        key: `tenant ${JSON.stringify(principal.tenant)}`,
        whose: "tenant",
        limits: rate.tenant,
      };
      const always = [caller, tenant].filter(({ limits }) => Object.keys(limits).length > 0);
      accounts = { key, always };
      known.set(principal, accounts);
    }
    return accounts;
  };
}

/**
 * Who is counted as one: a user, however many keys and clients act for them, and else what is known instead.
 * Written so that no two callers can be spelled alike.
 */
export function callerKey({ tenant, subject, client, id }: Principal): string {
  if (subject !== undefined) return JSON.stringify([tenant, "user", subject]);
  if (client !== undefined) return JSON.stringify([tenant, "client", client]);
  return JSON.stringify([tenant, "id", id]);
}

function limitsOf(rate: RateConfiguration, principal: Principal): RateLimits {
  return rate.callers.find((entry) => fits(entry, principal))?.limits ?? rate.default;
}

function fits({ tenant, subject, client, scope }: CallerLimits, principal: Principal): boolean {
  return (
    (tenant === undefined || tenant === principal.tenant) &&
    (subject === undefined || subject === principal.subject) &&
    (client === undefined || client === principal.client) &&
    (scope === undefined || principal.scopes?.has(scope) === true)
  );
}

function toAdmission(taken: Taken): Admission {
  if (taken.shortage) return { refused: toError(taken.shortage), end: () => undefined };
  return { end: taken.release };
}

/** Nothing is known of what was used, so nothing is let in. */
const UNKNOWN: Admission = {
  refused: {
    error_code: "OVERLOADED",
    message: "The limits of this server cannot be checked right now.",
    suggestion: "Wait, then call again.",
    retry_after: 5,
  },
  end: () => undefined,
};

const WHOSE: Readonly<Record<Charge["whose"], string>> = {
  caller: "you may make",
  tool: "you may make of this tool",
  tenant: "your organisation may make",
};

function toError({ charge, what, retryAfterMs }: Shortage): ClientError {
  const { perMinute, perDay, concurrent } = charge.limits;
  const retry_after = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const whose = WHOSE[charge.whose];
  if (what === "day")
    return {
      error_code: "QUOTA_EXCEEDED",
      message: `The ${perDay} calls that ${whose} in 24 hours are used up.`,
      suggestion: "Wait as long as retry_after says, in seconds, or ask the operator for more.",
      retry_after,
    };
  return {
    error_code: "RATE_LIMITED",
    message:
      what === "rate"
        ? `Too many calls: ${whose} ${perMinute} a minute.`
        : `Too many calls at once: ${whose} ${concurrent} at the same time.`,
    suggestion: "Wait as long as retry_after says, in seconds, then call again.",
    retry_after,
  };
}
