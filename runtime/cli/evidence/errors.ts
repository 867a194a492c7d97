import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../../errors.ts";

export const EVIDENCE_ERRORS = {
  ERR_EVIDENCE_MALFORMED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A file is not an evidence bundle, or one of its documents is not of its form.",
    remedy:
      "Get the file again from whoever made it. A bundle of a newer release needs a newer Glovebox.",
  },
  ERR_EVIDENCE_SIGNATURE: {
    fault: "user",
    exit: EXIT.refused,
    summary: "An evidence bundle is not signed by the key that was named.",
    remedy: "Ask the operator for the public key by another way, and name it with `--key`.",
  },
  ERR_EVIDENCE_CHANGED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A document of an evidence bundle is not the one that was signed.",
    remedy: "Somebody changed it after it was signed. Get the file again from whoever made it.",
  },
  ERR_EVIDENCE_INCONSISTENT: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Two documents of an evidence bundle say different things of one workspace.",
    remedy: "Ask the operator: it was signed as it is, so nothing was changed on the way.",
  },
  ERR_EVIDENCE_STALE: {
    fault: "user",
    exit: EXIT.refused,
    summary: "An evidence bundle is older than was asked for, or comes from the future.",
    remedy: "Ask the operator for a new one, and compare the clocks.",
  },
} as const satisfies ErrorTable;

export type EvidenceErrorCode = keyof typeof EVIDENCE_ERRORS;

/** What is wrong with an evidence bundle. */
export class EvidenceError extends GloveboxError<EvidenceErrorCode> {
  constructor(code: EvidenceErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, EVIDENCE_ERRORS[code], message, detail);
  }
}
