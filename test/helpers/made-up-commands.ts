import { Writable } from "node:stream";
import type { Command } from "../../runtime/cli/command.ts";
import { makeOutput, type Output } from "../../runtime/cli/output.ts";

/** A command that does nothing, for tests of what every command shares. */
export function makeCommand(rest: Partial<Command> = {}): Command {
  return {
    name: "probe",
    summary: "does nothing",
    usage: "FILE [--name NAME]",
    description: ["Does nothing at all."],
    options: {
      name: { type: "string", value: "NAME", summary: "a name" },
      grant: { type: "string", multiple: true, value: "CAP", summary: "a grant" },
      yes: { type: "boolean", summary: "do it" },
    },
    argumentsMin: 1,
    argumentsMax: 2,
    examples: ["glovebox probe ./x"],
    run: async () => 0,
    ...rest,
  };
}

export interface Captured {
  readonly out: Output;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly stderrStream: NodeJS.WriteStream;
}

/** An output whose words are kept. */
export function captureOutput(
  options: { readonly json?: boolean; readonly terminal?: boolean } = {},
): Captured {
  const [stdout, stderr] = [makeSink(options.terminal), makeSink(options.terminal)];
  const out = makeOutput(
    { stdout: stdout.stream, stderr: stderr.stream, stdin: { isTTY: false } as NodeJS.ReadStream },
    options.json ?? false,
  );
  return { out, stdout: stdout.text, stderr: stderr.text, stderrStream: stderr.stream };
}

function makeSink(isTTY = false): { stream: NodeJS.WriteStream; text: () => string } {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream,
    text: () => text,
  };
}
