import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../errors.ts";

export const CLI_ERRORS = {
  ERR_USAGE: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "The command line cannot be understood.",
    remedy: "Run `glovebox help COMMAND` to see the words of a command.",
  },
  ERR_NOT_APPROVED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Nobody approved what was shown.",
    remedy: "Run the command on a terminal and answer yes, or add `--yes` when you have read it.",
  },
  ERR_FINDINGS: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "The scanner found something of high severity in the tool definitions, and the operator did not accept it by name.",
    remedy: "Read the findings. If they are harmless here, name each: `--accept ID`.",
  },
  ERR_SCAN_INPUT: {
    fault: "user",
    exit: EXIT.failed,
    summary:
      "What was to be scanned or filtered is not there, or not of the form that the command reads.",
    remedy:
      "Give `scan` what a server answers to `tools/list` as JSON: the answer, its `result`, or the array of tools; and `filter` lines of JSON: `{id, text}`.",
  },
  ERR_FILE_MISSING: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "A file that the command was given is not there.",
    remedy: "Check the path.",
  },
  ERR_ARGUMENTS_NOT_JSON: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "The arguments of a call are not a JSON object.",
    remedy: 'Write them like \'{"zone":"Europe/Paris"}\', or `-` to read them from standard input.',
  },
  ERR_PROBE_ESCAPED: {
    fault: "system",
    exit: EXIT.escaped,
    summary:
      "A probe of a server in production saw what must not be possible, or could not be tried.",
    remedy:
      "Run `glovebox doctor` here: it says which claim did not hold, and what came of it. Keep the server down until all hold, or waive gate `probes` with a reason and a date.",
  },
  ERR_OUTPUT_LOST: {
    fault: "user",
    exit: EXIT.failed,
    summary: "What a command prints could not be written, or not all of it. What it did is done.",
    remedy: "Make room, or print to somewhere else.",
  },
  ERR_INTERNAL: {
    fault: "system",
    exit: EXIT.failed,
    summary: "Something failed that was not foreseen.",
    remedy:
      "This is a fault of Glovebox, not yours. Run again with GLOVEBOX_DEBUG=1 to see where, and report it.",
  },
} as const satisfies ErrorTable;

/** What is wrong with the words on the command line. */
export class CliError extends GloveboxError<keyof typeof CLI_ERRORS> {
  constructor(code: keyof typeof CLI_ERRORS, message: string, detail?: ErrorDetail) {
    super(code, CLI_ERRORS[code], message, detail);
  }
}
