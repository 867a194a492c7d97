/** What one call of one plugin may use. Every value has a default that is safe without configuration. */
export interface Limits {
  /** Wall time from the moment the call reaches its runner. */
  readonly deadlineMs: number;
  /** Linear memory of all memories of the component together, enforced in the rewritten core modules. */
  readonly memoryBytes: number;
  /** Resident memory of the runner process beyond which it is killed, in the process's whole. */
  readonly residentBytes: number;
  /** Bytes of one answer. */
  readonly outputBytes: number;
  readonly hostCalls: number;
  /** Bytes of log lines kept per call, a line counting 200 besides its text; what is over is dropped and counted. */
  readonly logBytes: number;
  /** Calls of one plugin that run at once, each in a runner of its own. */
  readonly concurrentCalls: number;
  /** Calls that may wait for a runner before a further one is refused as overloaded. */
  readonly queuedCalls: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: Limits = {
  deadlineMs: 10_000,
  memoryBytes: 64 * MIB,
  residentBytes: 256 * MIB,
  outputBytes: MIB,
  hostCalls: 10_000,
  logBytes: 256 * 1024,
  concurrentCalls: 2,
  queuedCalls: 32,
};
