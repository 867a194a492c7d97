import { GateError } from "./errors.ts";
import type { Gate } from "./gate.ts";

/** What the server counts, writes down and keeps. */
export const KEEPING_GATES: readonly Gate[] = [
  {
    id: "rate",
    question: "is it limited what a caller may use?",
    isWaivable: true,
    refuse({ server: { rate } }) {
      if (rate) return [];
      return [missing("ERR_GATE_RATE", "Nothing limits what one caller may use.", "server.rate")];
    },
  },
  {
    id: "audit",
    question: "is it known what is kept of each call?",
    isWaivable: true,
    refuse({ hasAudit }) {
      if (hasAudit) return [];
      return [missing("ERR_GATE_AUDIT", "Nothing says what is kept of each call.", "audit")];
    },
  },
  {
    id: "state-key",
    question: "has the server a key of its own for what clients bring back?",
    isWaivable: true,
    refuse({ server: { stateKey } }) {
      if (stateKey !== undefined) return [];
      const message =
        "No `server.state_key` is named: what one replica signs, no other would take.";
      return [missing("ERR_GATE_STATE_KEY", message, "server.state_key")];
    },
  },
];

function missing(
  code: "ERR_GATE_RATE" | "ERR_GATE_AUDIT" | "ERR_GATE_STATE_KEY",
  message: string,
  path: string,
): GateError {
  return new GateError(code, message, { place: { path } });
}
