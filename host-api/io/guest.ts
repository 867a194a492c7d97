import { Pollable, poll } from "./poll.ts";
import { InputStream, IoError, OutputStream } from "./streams.ts";

/** `wasi:io`. Its classes are shared, because generated code asks whether what a capability returned is one of them. */
export function makeIoImports(): Record<string, Record<string, unknown>> {
  return {
    "wasi:io/error": { Error: IoError },
    "wasi:io/poll": { Pollable, poll },
    "wasi:io/streams": { InputStream, OutputStream },
  };
}
