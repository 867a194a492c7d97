/** Signals that end a process which does not hear them. */
const ENDS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** What is still to be done in that case, in the order in which it came up. */
const acts = new Set<() => void>();

/**
 * Has something done before a signal ends this process, what came up last first, and answers how to forget it. The process
 * then ends as it would without. One that hears the signal otherwise ends in its own order, and nothing is done here.
 */
export function beforeEndBySignal(act: () => void): () => void {
  if (acts.size === 0) for (const signal of ENDS) process.on(signal, end);
  acts.add(act);
  return () => {
    acts.delete(act);
    if (acts.size === 0) for (const signal of ENDS) process.off(signal, end);
  };
}

function end(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  for (const act of [...acts].toReversed()) act();
  process.off(signal, end);
  process.kill(process.pid, signal);
}
