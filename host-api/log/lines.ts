import type { OutputSink } from "../io/streams.ts";

/** Characters of one log line or progress message; the rest is cut off. It keeps any note far below one frame. */
export const MESSAGE_CHARS_MAX = 8192;

/** As a note may carry it: no longer, and without half characters, which JSON of a guest can say. */
export function cutMessage(text: string): string {
  if (text.length <= MESSAGE_CHARS_MAX) return text.toWellFormed();
  return `${text.slice(0, MESSAGE_CHARS_MAX).toWellFormed()}…`;
}

/**
 * Where standard output goes: whole lines to `emit`, without their ends; empty ones are dropped.
 * A line beyond the limit is broken. What follows the last line end is emitted when the stream is closed.
 */
export function makeLineSink(emit: (line: string) => void): OutputSink {
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
    close: () => put(`${decoder.decode()}\n`),
  };
}

function emitPieces(line: string, emit: (line: string) => void): void {
  for (let start = 0; start < line.length; start += MESSAGE_CHARS_MAX) {
    emit(line.slice(start, start + MESSAGE_CHARS_MAX).toWellFormed());
  }
}
