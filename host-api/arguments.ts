import type { HostRequest } from "./capability.ts";
import { HostError } from "./errors.ts";
import { fitsUtf8, isPlainText } from "./text.ts";

/** Refuses a request that has more or fewer arguments, or a longer body, than its operation takes. */
export function assertShape(request: HostRequest, argumentCount: number, bodyBytesMax = 0): void {
  if (request.args.length !== argumentCount) {
    throw new HostError(
      "invalid-argument",
      `takes ${argumentCount} arguments, got ${request.args.length}`,
    );
  }
  if (request.body.length > bodyBytesMax) {
    throw new HostError(
      "too-large",
      `a body of ${request.body.length} bytes is over ${bodyBytesMax}`,
    );
  }
}

/** Reads a string of at most `bytesMax` bytes as UTF-8, well-formed and without NUL. Throws `HostError`. */
export function parseText(value: unknown, bytesMax: number): string {
  if (typeof value !== "string")
    throw new HostError("invalid-argument", "an argument is not a string");
  if (!fitsUtf8(value, bytesMax))
    throw new HostError("invalid-argument", `a string is over ${bytesMax} bytes`);
  if (!isPlainText(value))
    throw new HostError("invalid-argument", "a string has a NUL or a lone surrogate");
  return value;
}

/** Reads a whole number from 0 to `max`. Throws `HostError`. */
export function parseInteger(value: unknown, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw new HostError("invalid-argument", "an argument is not a whole number");
  }
  if (value > max) throw new HostError("too-large", `${value} is over ${max}`);
  return value;
}
