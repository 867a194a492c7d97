import { GuestExit, type GuestSetting } from "../guest.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { makeLogSink } from "../log/lines.ts";

class TerminalInput {}
class TerminalOutput {}

/**
 * `wasi:cli` without the environment, which is a capability: standard input is at its end, standard output and
 * standard error are log lines, nothing is a terminal, and `exit` ends the call.
 */
export function makeCliImports(setting: GuestSetting): Record<string, Record<string, unknown>> {
  const stdout = makeLogSink(setting, "info");
  const stderr = makeLogSink(setting, "warn");
  return {
    "wasi:cli/exit": {
      exit(status: { tag: "ok" | "err" }): never {
        throw new GuestExit(status.tag === "ok" ? 0 : 1);
      },
      exitWithCode(status: number): never {
        throw new GuestExit(status);
      },
    },
    "wasi:cli/stdin": { getStdin: () => new InputStream({ read: () => undefined }) },
    "wasi:cli/stdout": {
      getStdout: () => new OutputStream({ write: (bytes) => stdout().write(bytes) }),
    },
    "wasi:cli/stderr": {
      getStderr: () => new OutputStream({ write: (bytes) => stderr().write(bytes) }),
    },
    "wasi:cli/terminal-input": { TerminalInput },
    "wasi:cli/terminal-output": { TerminalOutput },
    "wasi:cli/terminal-stdin": { getTerminalStdin: () => undefined },
    "wasi:cli/terminal-stdout": { getTerminalStdout: () => undefined },
    "wasi:cli/terminal-stderr": { getTerminalStderr: () => undefined },
  };
}
