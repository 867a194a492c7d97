import { BuildError } from "@glovebox/sdk/build/errors";
import { ScaffoldError } from "@glovebox/sdk/new/errors";
import { EXIT, GloveboxError, Refusals, type ExitCode, type Place } from "../errors.ts";
import { makeVisible } from "../firewall/visible.ts";
import { CLI_ERRORS } from "./errors.ts";
import type { Output } from "./output.ts";

/** Some messages quote a stranger's words. */
const LINE_CHARS_MAX = 4000;

/** Prints every reason with its code, place and remedy, and answers the exit code they call for. */
export function reportError(error: unknown, out: Output, stderr: NodeJS.WritableStream): ExitCode {
  out.progressDone();
  const reasons = reasonsOf(error);
  if (out.json) out.result({ error: reasons.map(toJson) });
  else reasons.forEach((reason, at) => stderr.write(toText(reason, reasons[at + 1])));
  return exitOf(reasons);
}

interface Reason {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly place: Place | undefined;
  readonly exit: ExitCode;
}

function reasonsOf(error: unknown): readonly Reason[] {
  if (error instanceof Refusals) return error.reasons;
  if (error instanceof GloveboxError) return [error];
  // The SDK's build may be used without this runtime, so its errors are its own.
  if (error instanceof BuildError || error instanceof ScaffoldError)
    return [
      {
        code: error.code,
        message: error.message,
        remedy: error.remedy,
        place: "place" in error ? error.place : undefined,
        exit: "exit" in error ? error.exit : EXIT.failed,
      },
    ];
  const message = error instanceof Error ? error.message : `a ${typeof error} was thrown`;
  const { summary, remedy, exit } = CLI_ERRORS.ERR_INTERNAL;
  return [
    { code: "ERR_INTERNAL", message: `${summary} ${message}`, remedy, place: undefined, exit },
  ];
}

/** An escape outranks everything. Refusals outrank wrong words: a start that was refused says so even when a name was also wrong. */
export function exitOf(reasons: readonly { readonly exit: ExitCode }[]): ExitCode {
  for (const exit of [EXIT.escaped, EXIT.refused, EXIT.wrongUsage])
    if (reasons.some((reason) => reason.exit === exit)) return exit;
  return EXIT.failed;
}

/** One error for programs. */
export function toJson(reason: Reason) {
  const { file, line, column, path, approved } = reason.place ?? {};
  return {
    code: reason.code,
    message: reason.message,
    remedy: reason.remedy,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(path === undefined || path === "" ? {} : { path }),
    ...(approved && { approved }),
  };
}

/** One error for people. What to do stands behind the last of those that need the same. */
export function toText(reason: Reason, next?: Reason): string {
  const { file, line, column, path, approved } = reason.place ?? {};
  const at = [file, line, column].filter((part) => part !== undefined).join(":");
  const where = [at, file === undefined || line === undefined ? path : undefined]
    .filter(Boolean)
    .join(" ");
  const lines = [
    `${reason.code}: ${reason.message}`,
    ...(where ? [`  at ${where}`] : []),
    ...(approved ? [`  approved in ${approved.file}:${approved.line}`] : []),
    ...(next?.remedy === reason.remedy ? [] : [`  ${reason.remedy}`]),
  ];
  return `${lines.map((text) => makeVisible(text.slice(0, LINE_CHARS_MAX))).join("\n")}\n`;
}
