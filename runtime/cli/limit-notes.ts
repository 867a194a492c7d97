const NOTES_MAX = 50;
const WINDOW_MS = 60 * 60_000;

/**
 * Passes on at most so many notes an hour. Clients can make any number of them, and whoever started this process may not
 * read them.
 */
export function limitNotes(
  note: (error: Error) => void,
  nowMs: () => number = () => performance.now(),
): (error: Error) => void {
  let count = 0;
  let sinceMs = nowMs();
  return (error) => {
    if (nowMs() - sinceMs > WINDOW_MS) {
      count = 0;
      sinceMs = nowMs();
    }
    count += 1;
    if (count <= NOTES_MAX)
      note(count < NOTES_MAX ? error : new Error("further errors are not shown for an hour"));
  };
}
