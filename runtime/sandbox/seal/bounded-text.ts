import type { Readable } from "node:stream";

/** Kept for operators: the first words say what happened. */
const KEPT_BYTES_MAX = 8 * 1024;
/** A sealed program says nothing on stderr but its last words. More than this is an attack on the broker's time. */
const FLOOD_BYTES = 256 * 1024;

/** Collects the beginning of hostile output. `onFlood` is called once, when it does not end. */
export function collectBounded(stream: Readable, onFlood: () => void): () => string {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let seenBytes = 0;
  stream.on("data", (chunk: Buffer) => {
    if (keptBytes < KEPT_BYTES_MAX) {
      const part = chunk.subarray(0, KEPT_BYTES_MAX - keptBytes);
      kept.push(part);
      keptBytes += part.length;
    }
    seenBytes += chunk.length;
    if (seenBytes > FLOOD_BYTES) {
      stream.destroy();
      onFlood();
    }
  });
  stream.on("error", () => {});
  // Control characters could talk to the operator's terminal.
  return () =>
    Buffer.concat(kept)
      .toString("utf8")
      .replaceAll(/[^\n\t\u0020-\u007e]/g, "\ufffd");
}
