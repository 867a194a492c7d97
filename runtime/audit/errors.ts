import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../errors.ts";

export const AUDIT_ERRORS = {
  ERR_AUDIT_KEY: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "The key that signs the audit trail cannot be used: it is damaged, of another kind, or others than its owner may read it.",
    remedy:
      "Run `chmod 600` on it. When it is damaged, move it away: a new key is made, and the trail says so.",
  },
  ERR_AUDIT_UNWRITABLE: {
    fault: "system",
    exit: EXIT.failed,
    summary: "The audit trail cannot be written. Until it can, no call is answered.",
    remedy:
      "Make room on its disk, or let this user write it: calls are answered again without a restart.",
  },
  ERR_AUDIT_TAMPERED: {
    fault: "system",
    exit: EXIT.refused,
    summary: "The audit trail is not what was written.",
    remedy:
      "Keep the files as they are and compare them with a copy kept elsewhere; each problem names file and line.",
  },
  ERR_AUDIT_UNREADABLE: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "There is no audit trail where one was looked for, or an anchor or key is not one.",
    remedy: "Name the trail's files, or run the command in the folder of the workspace.",
  },
  ERR_SUSPENDED_UNREADABLE: {
    fault: "user",
    exit: EXIT.refused,
    summary: "The list of suspended plugins is damaged, so nobody knows who is suspended.",
    remedy:
      "Look at `.glovebox/suspended.json` and at the events `plugin-suspended` of the audit trail; restore or remove it.",
  },
  ERR_AUDIT_CROWDED: {
    fault: "system",
    exit: EXIT.failed,
    summary: "More processes write audit trails of this workspace than one workspace may have.",
    remedy: "Stop servers that nobody uses any more, or give them workspaces of their own.",
  },
} as const satisfies ErrorTable;

export class AuditError extends GloveboxError<keyof typeof AUDIT_ERRORS> {
  constructor(code: keyof typeof AUDIT_ERRORS, message: string, detail?: ErrorDetail) {
    super(code, AUDIT_ERRORS[code], message, detail);
  }
}
