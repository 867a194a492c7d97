import { GloveboxError } from "../../errors.ts";
import type { FilePowers } from "../file-powers.ts";
import { SourceClient } from "./client.ts";
import { SOURCE_LIMITS, type SourceLimits } from "./limits.ts";
import type { SourcePowers } from "./powers.ts";
import type { RemoteSource } from "./source-text.ts";

/** What it takes to reach a remote source. */
export interface RemoteAccess {
  /** Nothing can be written with it: what is fetched stays in memory until it is approved. */
  readonly files: Pick<FilePowers, "readFile">;
  readonly powers: SourcePowers;
  /** What is being done now, for a terminal. */
  readonly onProgress: (step: string) => void;
  /** Tests have less time than people. */
  readonly limits?: SourceLimits;
}

/** The same while a fetch or a publication runs. */
export interface RemoteSetting extends Required<RemoteAccess> {
  readonly client: SourceClient;
}

/** Runs one fetch or publication under one deadline, and says in whatever it throws which source it was. */
export async function withRemote<Result>(
  { text }: RemoteSource,
  { files, powers, onProgress, limits = SOURCE_LIMITS }: RemoteAccess,
  work: (setting: RemoteSetting) => Promise<Result>,
): Promise<Result> {
  using client = new SourceClient(powers, limits);
  try {
    return await work({ client, files, powers, onProgress, limits });
  } catch (error) {
    throw error instanceof GloveboxError ? error.at({ file: text }) : error;
  }
}
