import { GuestExit, type GuestSetting } from "../guest.ts";
import { InputStream, type OutputSink, OutputStream } from "../io/streams.ts";
import { makeLineSink } from "../log/lines.ts";

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
    "wasi:cli/stdout": { getStdout: () => new OutputStream(stdout) },
    "wasi:cli/stderr": { getStderr: () => new OutputStream(stderr) },
    "wasi:cli/terminal-input": { TerminalInput },
    "wasi:cli/terminal-output": { TerminalOutput },
    "wasi:cli/terminal-stdin": { getTerminalStdin: () => undefined },
    "wasi:cli/terminal-stdout": { getTerminalStdout: () => undefined },
    "wasi:cli/terminal-stderr": { getTerminalStderr: () => undefined },
  };
}

/** Guests keep the stream that they asked for first, over all their calls: the line that it is in belongs to one of them. */
function makeLogSink(setting: GuestSetting, level: "info" | "warn"): OutputSink {
  const lines = setting.perCall(() => makeLineSink((line) => setting.note("log", [level, line])));
  return { write: (bytes) => lines().write(bytes), close: () => lines().close?.() };
}
