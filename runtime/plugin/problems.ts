import { GloveboxError, Refusals } from "../errors.ts";
import type { ErrorDetail } from "../errors.ts";

/** Makes the error of one kind of file: the parser knows what is wrong, the room knows the code. */
export type MakeProblem = (message: string, detail: ErrorDetail) => GloveboxError;

/** A hostile file could hold millions of mistakes; nobody reads more than these. */
const PROBLEMS_MAX = 50;

/** What is wrong with one file, gathered so that its author sees everything at once. */
export class Problems {
  readonly #found: GloveboxError[] = [];

  get found(): readonly GloveboxError[] {
    return this.#found;
  }

  /** Whether a further problem would be dropped: then it need not be made. */
  get full(): boolean {
    return this.#found.length >= PROBLEMS_MAX;
  }

  add(problem: GloveboxError): void {
    if (!this.full) this.#found.push(problem);
  }
}

/**
 * Runs a reader that goes on after a problem, and lets nothing of its result out if there was one.
 * That makes it safe for a reader to answer a placeholder for a value that it could not read.
 * Throws the problem, or `Refusals` when there are several.
 */
export function collectProblems<Result>(read: (problems: Problems) => Result): Result {
  const problems = new Problems();
  let result: Result | undefined;
  try {
    result = read(problems);
  } catch (error) {
    // A foreseen error ended the reading: it stands last, after what was found before it.
    if (!(error instanceof GloveboxError)) throw error;
    problems.add(error);
  }
  const [first, second] = problems.found;
  if (second !== undefined) throw new Refusals(problems.found);
  if (first !== undefined) throw first;
  return result as Result;
}
