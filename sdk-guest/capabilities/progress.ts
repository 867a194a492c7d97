import { currentHost } from "../host/host.ts";

/** Progress of the running call, for the client that asked for it. Needs no capability. */
export const progress = {
  report(done: number, total?: number, message?: string): void {
    currentHost().reportProgress(done, total, message);
  },
} as const;
