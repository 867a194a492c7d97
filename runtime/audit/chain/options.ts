const MIB = 1024 * 1024;
const SECOND_MS = 1000;

/** How the trail of a workspace is written: the section `audit` of the configuration. */
export interface TrailOptions {
  /** When records reach the disk itself: each before its call is answered, or all at each checkpoint. */
  readonly sync: "always" | "interval";
  /** A checkpoint is signed after this many records, or this time, whichever comes first; and at the end. */
  readonly checkpointRecords: number;
  readonly checkpointMs: number;
  /** Where the copies of checkpoints go. Undefined: beside the trail. */
  readonly checkpointFolder?: string;
  /** A file is full at this size, or this age. */
  readonly rotateBytes: number;
  readonly rotateMs?: number;
  /** How many full files stay. Undefined: all. */
  readonly keep?: number;
}

export const DEFAULT_TRAIL_OPTIONS: TrailOptions = {
  sync: "interval",
  checkpointRecords: 1000,
  checkpointMs: 60 * SECOND_MS,
  rotateBytes: 64 * MIB,
};
