import type {
  CallScope,
  CapabilityBroker,
  HostOperation,
  HostRequest,
} from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import { isJsonObject, type JsonValue } from "@glovebox/host-api/json";
import type { DeniedOperation } from "./record.ts";

const DENIED_PER_CALL_MAX = 20;
const DESTINATIONS_PER_CALL_MAX = 20;
const REASON_CHARS_MAX = 300;
/** Operations that send a request, whose second argument is its address. */
const SENDING: ReadonlySet<string> = new Set(["http.send", "http.open"]);

/** What a call did with its grants. */
export interface Exercised {
  readonly denied: readonly DeniedOperation[];
  /** Names of the capabilities that an operation was tried of, refusals left out; sorted. */
  readonly capabilities: readonly string[];
  /** Hosts that requests were sent to, by the addresses that were asked for and those that redirects led to. */
  readonly destinations: readonly string[];
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
  readonly destinations: Set<string>;
}

/** Wraps brokers so that every refusal is kept with the broker's own words, which the guest never sees, and what was used. */
export function watchBrokers(brokers: readonly CapabilityBroker[]): BrokerWatch {
  const calls = new Map<string, Noted>();

  // What comes after the end of its call would never be taken: its record is written.
  const notesOf = ({ callId, signal }: CallScope): Noted | undefined => {
    const noted = calls.get(callId);
    if (noted || signal.aborted) return noted;
    const fresh: Noted = { denied: [], capabilities: new Set(), destinations: new Set() };
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

  const watch = (name: string, operation: HostOperation): HostOperation => {
    const capability = name.slice(0, name.indexOf("."));
    const isSending = SENDING.has(name);
    const noteUse = (scope: CallScope, request: HostRequest, value?: JsonValue): void => {
      const noted = notesOf(scope);
      if (!noted) return;
      noted.capabilities.add(capability);
      if (isSending) noteDestination(noted.destinations, request.args[1]);
      if (capability === "http" && isJsonObject(value))
        noteDestination(noted.destinations, value["url"]);
    };
    return (request, scope) => {
      const failed = (error: unknown): never => {
        noteRefusal(scope, name, error);
        // What went wrong on the way may have been sent all the same.
        if (!isNeverTried(error)) noteUse(scope, request);
        throw error;
      };
      try {
        const answer = operation(request, scope);
        if (answer instanceof Promise)
          return answer.then((answered) => {
            noteUse(scope, request, answered.value);
            return answered;
          }, failed);
        noteUse(scope, request, answer.value);
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
        destinations: [...noted.destinations],
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

function noteDestination(destinations: Set<string>, url: unknown): void {
  if (destinations.size >= DESTINATIONS_PER_CALL_MAX || typeof url !== "string") return;
  const host = URL.parse(url)?.host ?? "";
  if (host !== "") destinations.add(host);
}
