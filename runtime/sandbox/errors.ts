import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../errors.ts";

export const SANDBOX_ERRORS = {
  ERR_CALL_DEADLINE: {
    fault: "plugin",
    exit: EXIT.failed,
    summary: "The call did not end within its deadline, so its runner was killed.",
    remedy: "Ask for less at a time, or raise `limits.deadline` of the plugin.",
  },
  ERR_CALL_CANCELLED: {
    fault: "user",
    exit: EXIT.failed,
    summary: "The call was cancelled, or the sandbox was closed, before the plugin answered.",
    remedy: "Call again if the answer is still wanted.",
  },
  ERR_CALL_INPUT: {
    fault: "user",
    exit: EXIT.failed,
    summary: "The arguments are larger than a call can carry.",
    remedy: "Pass less, or a reference to it.",
  },
  ERR_CALL_MEMORY: {
    fault: "plugin",
    exit: EXIT.failed,
    summary: "The call wanted more memory than it may use.",
    remedy: "Ask for less at a time, or raise `limits.memory` or `limits.resident` of the plugin.",
  },
  ERR_CALL_OUTPUT: {
    fault: "plugin",
    exit: EXIT.failed,
    summary: "The answer is larger than the limit.",
    remedy: "Ask for less at a time, or raise `limits.output` of the plugin.",
  },
  ERR_CALL_LOG: {
    fault: "plugin",
    exit: EXIT.failed,
    summary:
      "The call logged so much that reading it, only to drop it, would hold up the calls of others.",
    remedy: "Report it to the plugin's author: what is over `limits.log` is lost anyway.",
  },
  ERR_CALL_HOST_CALLS: {
    fault: "plugin",
    exit: EXIT.failed,
    summary: "The call asked the host more often than it may.",
    remedy: "Ask for less at a time, or raise `limits.host_calls` of the plugin.",
  },
  ERR_CALL_STACK: {
    fault: "plugin",
    exit: EXIT.failed,
    summary: "The call nested deeper than the stack allows.",
    remedy: "Give the plugin input that nests less.",
  },
  ERR_CALL_TRAP: {
    fault: "plugin",
    exit: EXIT.failed,
    summary:
      "The plugin stopped in the middle of the call: a trap, an exit, or an exception nobody caught.",
    remedy: "Report it to the plugin's author.",
  },
  ERR_CHANNEL_BREACH: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "The runner sent what the protocol forbids, so it was killed. An honest runner never does.",
    remedy: "Treat the plugin as hostile: remove it, and report it.",
  },
  ERR_RUNNER_DIED: {
    fault: "system",
    exit: EXIT.failed,
    summary: "The runner ended in the middle of a call without an answer.",
    remedy: "Call again; if it happens again, report it to the plugin's author.",
  },
  ERR_RUNNER_START: {
    fault: "system",
    exit: EXIT.failed,
    summary: "No sealed runner could be started.",
    remedy: "Run `glovebox doctor`.",
  },
  ERR_COMPONENT_LOAD: {
    fault: "plugin",
    exit: EXIT.failed,
    summary: "The plugin's code does not load or instantiate.",
    remedy: "Report it to the plugin's author.",
  },
  ERR_OVERLOADED: {
    fault: "system",
    exit: EXIT.failed,
    summary: "Too many calls of this plugin are running and waiting, or its runners keep failing.",
    remedy: "Try again after the time that the error names, or raise `limits.concurrent_calls`.",
  },
  ERR_TRANSPILE_FAILED: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "The component cannot be turned into code: it is damaged, or uses what is not supported.",
    remedy: "Build the component again with supported tools.",
  },
  ERR_TRANSPILE_LIMIT: {
    fault: "plugin",
    exit: EXIT.refused,
    summary:
      "Turning the component into code took more time, memory or output than any honest component.",
    remedy: "Treat the component as hostile.",
  },
  ERR_SEAL_UNAVAILABLE: {
    fault: "system",
    exit: EXIT.refused,
    summary: "The form of seal that was asked for cannot be made on this machine.",
    remedy: "Run `glovebox doctor`: it names what is missing.",
  },
  ERR_NOT_BUILT: {
    fault: "system",
    exit: EXIT.failed,
    summary: "A program that runs inside the seal has not been built.",
    remedy:
      "In the source tree run `npm run build`; an installed package is damaged, so install it again.",
  },
} as const satisfies ErrorTable;

export type SandboxErrorCode = keyof typeof SANDBOX_ERRORS;

/** Every failure of this room. `retryAfterMs` is set with `ERR_OVERLOADED` only. */
export class SandboxError extends GloveboxError<SandboxErrorCode> {
  readonly retryAfterMs: number | undefined;
  constructor(
    code: SandboxErrorCode,
    message: string,
    detail: ErrorDetail & { retryAfterMs?: number } = {},
  ) {
    super(code, SANDBOX_ERRORS[code], message, detail);
    this.retryAfterMs = detail.retryAfterMs;
  }
}
