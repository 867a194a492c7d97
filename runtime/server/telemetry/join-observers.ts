import type { CallObserver } from "../../call.ts";

/** Several observers as one. The trace is that of the first that has one. */
export function joinObservers(observers: readonly CallObserver[]): CallObserver {
  const [only, second] = observers;
  if (only && !second) return only;
  return {
    begin(callId, callable, request) {
      const observed = observers.map((observer) => observer.begin(callId, callable, request));
      const traceId = observed.find((one) => one.traceId !== undefined)?.traceId;
      return {
        ...(traceId === undefined ? {} : { traceId }),
        step(name) {
          for (const one of observed) one.step(name);
        },
        end(record) {
          for (const one of observed) one.end(record);
        },
      };
    },
  };
}
