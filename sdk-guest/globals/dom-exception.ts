const LEGACY_CODES: Readonly<Record<string, number>> = {
  IndexSizeError: 1,
  NotFoundError: 8,
  NotSupportedError: 9,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidAccessError: 15,
  TypeMismatchError: 17,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  QuotaExceededError: 22,
  TimeoutError: 23,
  InvalidCharacterError: 5,
  DataCloneError: 25,
};

/** The web's error with a name instead of a class. */
export class DOMException extends Error {
  override readonly name: string;
  readonly code: number;
  constructor(
    message = "",
    nameOrOptions: string | { readonly name?: string; readonly cause?: unknown } = "Error",
  ) {
    const options = typeof nameOrOptions === "string" ? { name: nameOrOptions } : nameOrOptions;
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = options.name ?? "Error";
    this.code = LEGACY_CODES[this.name] ?? 0;
  }
  get [Symbol.toStringTag](): string {
    return "DOMException";
  }
}
