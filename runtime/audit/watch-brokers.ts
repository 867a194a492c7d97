import type { CallScope, CapabilityBroker, HostOperation } from "@glovebox/host-api/capability";
import { HostError } from "@glovebox/host-api/errors";
import type { DeniedOperation } from "./record.ts";

const DENIED_PER_CALL_MAX = 20;
const REASON_CHARS_MAX = 300;

/** Refused host operations by call, for the audit record. */
export interface BrokerWatch {
  readonly brokers: readonly CapabilityBroker[];
  /** Takes what was refused during the call, and forgets it. */
  take(callId: string): readonly DeniedOperation[];
}

/** Wraps brokers so that every refusal is kept with the broker's own words, which the guest never sees. */
export function watchBrokers(brokers: readonly CapabilityBroker[]): BrokerWatch {
  const denied = new Map<string, DeniedOperation[]>();

  const note = ({ callId, signal }: CallScope, operation: string, error: unknown): void => {
    // The call's record is written: what fails later, because the call has ended, would never be taken.
    if (signal.aborted) return;
    const list = denied.get(callId) ?? [];
    denied.set(callId, list);
    if (list.length >= DENIED_PER_CALL_MAX) return;
    const tag = error instanceof HostError ? error.tag : "internal";
    const reason = error instanceof Error ? error.message : "not an error";
    list.push({ operation, tag, reason: reason.slice(0, REASON_CHARS_MAX) });
  };

  const watch =
    (name: string, operation: HostOperation): HostOperation =>
    (request, call) => {
      const refused = (error: unknown): never => {
        note(call, name, error);
        throw error;
      };
      try {
        const answer = operation(request, call);
        return answer instanceof Promise ? answer.catch(refused) : answer;
      } catch (error) {
        return refused(error);
      }
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
      const list = denied.get(callId) ?? [];
      denied.delete(callId);
      return list;
    },
  };
}
