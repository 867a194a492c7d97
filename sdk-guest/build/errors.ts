/** Everything that can be wrong with a plugin's source, with the words of the README. */
export const BUILD_ERRORS = {
  ERR_BUILD_MANIFEST: {
    summary: "plugin.json is missing or cannot be read",
    remedy: "Write the plugin.json that `glovebox new` makes.",
  },
  ERR_BUILD_TOOLS: {
    summary: "plugin.json does not list exactly the tools that the source defines",
    remedy: "Make `tools` in plugin.json equal the names in src/plugin.ts.",
  },
  ERR_BUILD_SOURCE: {
    summary: "The source does not compile, or imports what a component cannot have",
    remedy: "Correct the place that the message names.",
  },
  ERR_BUILD_LOAD: {
    summary: "The source throws while its modules load",
    remedy: "Do at module level only what needs no clock, randomness, files or network.",
  },
  ERR_BUILD_ENGINE: {
    summary: "The engine could not make a component of the bundle",
    remedy: "Try the other engine, and report it with the plugin's source.",
  },
} as const;

export type BuildErrorCode = keyof typeof BUILD_ERRORS;

export interface BuildPlace {
  /** Relative to the plugin's folder. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** A build that cannot be. It is the author's to correct, but for `ERR_BUILD_ENGINE`. */
export class BuildError extends Error {
  override readonly name = "BuildError";
  readonly code: BuildErrorCode;
  readonly place: BuildPlace | undefined;
  readonly remedy: string;
  constructor(
    code: BuildErrorCode,
    message: string,
    detail: {
      readonly place?: BuildPlace | undefined;
      readonly remedy?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: detail.cause });
    this.code = code;
    this.place = detail.place;
    this.remedy = detail.remedy ?? BUILD_ERRORS[code].remedy;
  }
}
