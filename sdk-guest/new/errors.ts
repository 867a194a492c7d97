/** Why a new plugin cannot be made, with the words of the README. */
export const SCAFFOLD_ERRORS = {
  ERR_NEW_NAME: {
    exit: 2,
    summary: "The folder's name cannot be a plugin's name.",
    remedy:
      "Use lower-case letters, digits and single hyphens, at most 40, beginning with a letter.",
  },
  ERR_NEW_EXISTS: {
    exit: 2,
    summary: "The folder for a new plugin exists and is not empty.",
    remedy: "Choose another folder, or empty it yourself.",
  },
} as const;

/** A new plugin that cannot be made: the name is not one, or something is in the way. */
export class ScaffoldError extends Error {
  override readonly name = "ScaffoldError";
  readonly code: keyof typeof SCAFFOLD_ERRORS;
  readonly remedy: string;
  /** With what the command line ends. */
  readonly exit: 2;
  constructor(code: keyof typeof SCAFFOLD_ERRORS) {
    super(SCAFFOLD_ERRORS[code].summary);
    this.code = code;
    this.remedy = SCAFFOLD_ERRORS[code].remedy;
    this.exit = SCAFFOLD_ERRORS[code].exit;
  }
}
