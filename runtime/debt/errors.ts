import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../errors.ts";

export const DEBT_ERRORS = {
  ERR_ADVISORIES_INVALID: {
    fault: "system",
    exit: EXIT.refused,
    summary: "The list of known advisories that ships with the release is not one.",
    remedy: "Install Glovebox again; in the source tree, run `npm run advisories`.",
  },
} as const satisfies ErrorTable;

export type DebtErrorCode = keyof typeof DEBT_ERRORS;

/** What is wrong with the data of the report. */
export class DebtError extends GloveboxError<DebtErrorCode> {
  constructor(code: DebtErrorCode, message: string, detail?: ErrorDetail) {
    super(code, DEBT_ERRORS[code], message, detail);
  }
}
