/** Whose fault a failure is: the person at the keyboard, the plugin, or this program and its machine. */
export type Fault = "user" | "plugin" | "system";

/** Exit codes of the command line, the same for every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  refused: 3,
  toolError: 4,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** One row of a room's error table. `summary` and `remedy` are the README's words for the code. */
export interface ErrorRow {
  readonly fault: Fault;
  readonly exit: ExitCode;
  readonly summary: string;
  readonly remedy: string;
}

/** Where a problem is: a file as the operator named it, and the line and column when they are known. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Path of keys inside the document, `plugins.time.grants.http[0]`. */
  readonly path?: string;
}

export interface ErrorDetail {
  readonly place?: Place;
  /** What to do now, when it is more exact than the table's remedy. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/**
 * Every failure that this program foresaw. Each room extends it once and names its codes in a table beside the class:
 *
 *     export const PLUGIN_ERRORS = { ERR_MANIFEST_INVALID: { … } } as const satisfies ErrorTable;
 *     export class PluginError extends GloveboxError<keyof typeof PLUGIN_ERRORS> { … }
 *
 * `message` is for the operator. Nothing of it reaches an MCP client: `call.ts` maps codes to external words.
 */
export abstract class GloveboxError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly fault: Fault;
  readonly exit: ExitCode;
  readonly place: Place | undefined;
  readonly remedy: string;

  constructor(code: Code, row: ErrorRow, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
    this.code = code;
    this.fault = row.fault;
    this.exit = row.exit;
    this.place = detail.place;
    this.remedy = detail.remedy ?? row.remedy;
  }
}

export type ErrorTable = Readonly<Record<string, ErrorRow>>;

/** Several refusals at once: a start lists every reason, never only the first. */
export class Refusals extends Error {
  override readonly name = "Refusals";
  readonly reasons: readonly GloveboxError[];
  constructor(reasons: readonly GloveboxError[]) {
    super(`${reasons.length} reason${reasons.length === 1 ? "" : "s"} to refuse`);
    this.reasons = reasons;
  }
}
