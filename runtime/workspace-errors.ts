import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "./errors.ts";

export const WORKSPACE_ERRORS = {
  ERR_WORKSPACE_MISSING: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "There is no configuration file where one was looked for.",
    remedy: "Run `glovebox init` here, or name the file with `--config FILE`.",
  },
  ERR_WORKSPACE_EXISTS: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "Something already stands where a new file or folder would go.",
    remedy: "Choose another name, or remove what is there yourself.",
  },
  ERR_WORKSPACE_UNREADABLE: {
    fault: "system",
    exit: EXIT.wrongUsage,
    summary: "A file of the workspace cannot be read.",
    remedy: "Check that it is a regular file and that you may read it.",
  },
  ERR_WORKSPACE_NOT_WRITABLE: {
    fault: "system",
    exit: EXIT.wrongUsage,
    summary: "A file cannot be written: no permission, no space, or a read-only folder.",
    remedy: "Make room or give permission, then run the command again. Nothing was changed.",
  },
  ERR_WORKSPACE_BUSY: {
    fault: "user",
    exit: EXIT.failed,
    summary: "Another Glovebox command is changing this workspace.",
    remedy: "Wait until it has ended, then run the command again.",
  },
  ERR_CHANGE_UNFINISHED: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "A change of this workspace was interrupted, and its record is damaged, came from another folder, or no longer fits the files.",
    remedy:
      "Look at `git diff`. To keep the files as they are, remove `.glovebox/change.json`; then `glovebox verify` tells what is missing.",
  },
  ERR_NOT_INSTALLED: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "No plugin of this name is in the configuration.",
    remedy: "Run `glovebox list` to see the names.",
  },
} as const satisfies ErrorTable;

export type WorkspaceErrorCode = keyof typeof WORKSPACE_ERRORS;

/** What is wrong with the workspace's files, rather than with what they say. */
export class WorkspaceError extends GloveboxError<WorkspaceErrorCode> {
  constructor(code: WorkspaceErrorCode, message: string, detail?: ErrorDetail) {
    super(code, WORKSPACE_ERRORS[code], message, detail);
  }
}
