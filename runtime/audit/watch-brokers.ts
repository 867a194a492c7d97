import type {
  CallScope,
  CapabilityBroker,
  Destination,
  HostOperation,
} from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import type { DeniedOperation } from "./record.ts";

const DENIED_PER_CALL_MAX = 20;
/** Places that one call may connect to: what it was let reach must all stand in its record. */
export const DESTINATIONS_PER_CALL_MAX = 64;
const REASON_CHARS_MAX = 300;

/** What a call did with its grants. */
export interface Exercised {
  readonly denied: readonly DeniedOperation[];
  /** Names of the capabilities that an operation was tried of, refusals left out; sorted. */
  readonly capabilities: readonly string[];
  /** Where it was let connect to, each once. */
  readonly destinations: readonly Destination[];
}

const NOTHING: Exercised = { denied: [], capabilities: [], destinations: [] };

/** Host operations by call, for the audit record. */
export interface BrokerWatch {
  readonly brokers: readonly CapabilityBroker[];
  /** Takes what was noted during the call, and forgets it. */
  take(callId: string): Exercised;
}

interface Noted {
  readonly denied: DeniedOperation[];
  readonly capabilities: Set<string>;
  /** By their own text. */
  readonly destinations: Map<string, Destination>;
}

/** Wraps brokers so that every refusal is kept with the broker's own words, which the guest never sees, and what was used. */
export function watchBrokers(brokers: readonly CapabilityBroker[]): BrokerWatch {
  const calls = new Map<string, Noted>();

  // What comes after the end of its call would never be taken: its record is written.
  const notesOf = ({ callId, signal }: CallScope): Noted | undefined => {
    const noted = calls.get(callId);
    if (noted || signal.aborted) return noted;
    const fresh: Noted = { denied: [], capabilities: new Set(), destinations: new Map() };
    calls.set(callId, fresh);
    return fresh;
  };

  const noteRefusal = (scope: CallScope, operation: string, error: unknown): void => {
    if (scope.signal.aborted) return;
    const denied = notesOf(scope)?.denied;
    if (!denied || denied.length >= DENIED_PER_CALL_MAX) return;
    const tag = error instanceof HostError ? error.tag : "internal";
    const reason = error instanceof Error ? error.message : "not an error";
    denied.push({ operation, tag, reason: reason.slice(0, REASON_CHARS_MAX) });
  };

  const listening = (scope: CallScope): CallScope => ({
    ...scope,
    connects(to) {
      const destinations = notesOf(scope)?.destinations;
      const key = JSON.stringify([to.scheme, to.host, to.port]);
      if (destinations?.has(key)) return;
      if (!destinations || destinations.size >= DESTINATIONS_PER_CALL_MAX)
        throw new HostError("limit-exceeded", "a call connects to too many places");
      destinations.set(key, to);
    },
  });

  const watch = (name: string, operation: HostOperation): HostOperation => {
    const capability = name.slice(0, name.indexOf("."));
    const noteUse = (scope: CallScope): void => void notesOf(scope)?.capabilities.add(capability);
    return (request, scope) => {
      const failed = (error: unknown): never => {
        noteRefusal(scope, name, error);
        // What went wrong on the way may have been done all the same.
        if (!isNeverTried(error)) noteUse(scope);
        throw error;
      };
      try {
        const answer = operation(request, capability === "http" ? listening(scope) : scope);
        if (answer instanceof Promise)
          return answer.then((answered) => {
            noteUse(scope);
            return answered;
          }, failed);
        noteUse(scope);
        return answer;
      } catch (error) {
        return failed(error);
      }
    };
  };

  return {
    brokers: brokers.map((broker) => ({
      ...broker,
      operations: Object.fromEntries(
        Object.entries(broker.operations).map(([name, operation]) => [
          name,
          watch(name, operation),
        ]),
      ),
    })),
    take(callId) {
      const noted = calls.get(callId);
      if (!noted) return NOTHING;
      calls.delete(callId);
      return {
        denied: noted.denied,
        capabilities: [...noted.capabilities].toSorted(),
        destinations: [...noted.destinations.values()],
      };
    },
  };
}

function isNeverTried(error: unknown): boolean {
  return (
    error instanceof HostError &&
    (error.tag === "refused-by-policy" || error.tag === "invalid-argument")
  );
}
