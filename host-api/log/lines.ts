import type { GuestSetting } from "../guest.ts";

/** Characters of one log line or progress message; the rest is cut off. It keeps any note far below one frame. */
export const MESSAGE_CHARS_MAX = 8192;

/** As a note may carry it: no longer, and without half characters, which JSON of a guest can say. */
export function cutMessage(text: string): string {
  if (text.length <= MESSAGE_CHARS_MAX) return text.toWellFormed();
  return `${text.slice(0, MESSAGE_CHARS_MAX).toWellFormed()}…`;
}

export interface LineSink {
  write(bytes: Uint8Array): void;
  /** Nothing more is written: what follows the last line end is a line, too. */
  end(): void;
}

/**
 * Where standard output goes during one call: to the log. A stream that is dropped ends no line, because guests drop it
 * after every piece that they write; the call's end does. Guests also keep the stream that they asked for first, over all
 * their calls: the line that it is in belongs to one of them.
 */
export function makeLogSink(setting: GuestSetting, level: "info" | "warn"): () => LineSink {
  return setting.perCall(
    () => makeLineSink((line) => setting.note("log", [level, line])),
    (lines) => lines.end(),
  );
}

/** Whole lines to `emit`, without their ends; empty ones are dropped. A line beyond the limit is broken. */
export function makeLineSink(emit: (line: string) => void): LineSink {
  // Guests may write any bytes, and may end a write in the middle of a character.
  const decoder = new TextDecoder();
  let rest = "";
  const put = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) emitPieces(line, emit);
    const fullChars = rest.length - (rest.length % MESSAGE_CHARS_MAX);
    emitPieces(rest.slice(0, fullChars), emit);
    rest = rest.slice(fullChars);
  };
  return {
    write: (bytes) => put(decoder.decode(bytes, { stream: true })),
    end: () => put(`${decoder.decode()}\n`),
  };
}

function emitPieces(line: string, emit: (line: string) => void): void {
  for (let start = 0; start < line.length; start += MESSAGE_CHARS_MAX) {
    emit(line.slice(start, start + MESSAGE_CHARS_MAX).toWellFormed());
  }
}
