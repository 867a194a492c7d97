/**
 * The job queue behind the guest's own `Promise`. The engine never drains its native one in a synchronous export,
 * so `callTool` drains this one itself, between host calls and before it answers.
 */
let jobs: (() => void)[] = [];
let next = 0;

export function enqueueJob(job: () => void): void {
  jobs.push(job);
}

/** Runs jobs until none is left, those that jobs add included. A throwing job ends the drain; the rest stay queued. */
export function runJobs(): void {
  while (next < jobs.length) {
    const job = jobs[next++]!;
    // Keeps a chain that feeds itself from growing the array for ever.
    if (next === 1024) {
      jobs = jobs.slice(next);
      next = 0;
    }
    job();
  }
  dropJobs();
}

export function dropJobs(): void {
  if (jobs.length === 0) return;
  jobs = [];
  next = 0;
}
