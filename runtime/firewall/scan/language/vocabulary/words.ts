/** English for one concept. Words are separated by blanks, phrases by semicolons. */
export interface Words {
  /** In their base form; the regular forms are added. */
  readonly verbs?: string;
  /** In the singular; the plural is added. */
  readonly nouns?: string;
  /** As they stand. */
  readonly words?: string;
  readonly phrases?: string;
  /** Each of the first before each of the second: `whole chat`, `entire conversation`. */
  readonly pairs?: readonly (readonly [first: string, second: string])[];
}
