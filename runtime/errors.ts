/** Whose fault a failure is: the person at the keyboard, the plugin, or this program and its machine. */
export type Fault = "user" | "plugin" | "system";

/** Exit codes of the command line, the same for every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  refused: 3,
  toolError: 4,
  /** A probe saw what must not be possible. */
  escaped: 5,
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
  /** Where it stands what was approved, when that is another file. */
  readonly approved?: { readonly file: string; readonly line: number };
}

export interface ErrorDetail {
  readonly place?: Place;
  /** What to do now, when it is more exact than the table's remedy. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

const WHOLE_PATH = /^(?:[A-Za-z]:)?[\\/]/;

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
  #remedy: string;
  #place: Place | undefined;

  constructor(code: Code, row: ErrorRow, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
    this.code = code;
    this.fault = row.fault;
    this.exit = row.exit;
    this.#remedy = detail.remedy ?? row.remedy;
    this.#place = detail.place;
  }

  get place(): Place | undefined {
    return this.#place;
  }

  get remedy(): string {
    return this.#remedy;
  }

  /** Says what to do now, for who knows more than whoever threw it. */
  advise(remedy: string): this {
    this.#remedy = remedy;
    return this;
  }

  /** Says where, for an error of a reader that saw only bytes. A file that it names is then one inside `place.file`, unless it is a whole path. */
  at(place: Place): this {
    const inner = this.#place?.file;
    const outer = inner !== undefined && WHOLE_PATH.test(inner) ? undefined : place.file;
    const file = [outer, inner].filter((part) => part !== undefined).join("/");
    this.#place = { ...place, ...this.#place, ...(file === "" ? {} : { file }) };
    return this;
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

/** The foreseen reasons in what was thrown. What nobody foresaw is thrown on. */
export function reasonsOf(thrown: unknown): readonly GloveboxError[] {
  if (thrown instanceof Refusals) return thrown.reasons;
  if (thrown instanceof GloveboxError) return [thrown];
  throw thrown;
}

/** Says in everything that a check of bytes threw where those bytes were. To be thrown on. */
export function located(thrown: unknown, place: Place): unknown {
  for (const reason of reasonsOf(thrown)) reason.at(place);
  return thrown;
}

/** Makes checks that do not depend on each other, and answers every reason that they throw. */
export function collectReasons(checks: readonly (() => void)[]): GloveboxError[] {
  return checks.flatMap((check) => {
    try {
      check();
      return [];
    } catch (thrown) {
      return reasonsOf(thrown);
    }
  });
}

/** Throws the reason, or `Refusals` when there are several. */
export function throwReasons(reasons: readonly GloveboxError[]): void {
  const [first, second] = reasons;
  if (second !== undefined) throw new Refusals(reasons);
  if (first !== undefined) throw first;
}
