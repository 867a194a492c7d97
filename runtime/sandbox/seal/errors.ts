import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../../errors.ts";

export const SEAL_ERRORS = {
  ERR_SEAL_UNAVAILABLE: {
    fault: "system",
    exit: EXIT.refused,
    summary: "This form of seal cannot be made on this machine.",
    remedy:
      "Run `glovebox doctor`: it names what is missing. Install bubblewrap, or use a kernel with Landlock (5.13 or later).",
  },
} as const satisfies ErrorTable;

export type SealErrorCode = keyof typeof SEAL_ERRORS;

export class SealError extends GloveboxError<SealErrorCode> {
  constructor(code: SealErrorCode, message: string, detail?: ErrorDetail) {
    super(code, SEAL_ERRORS[code], message, detail);
  }
}
