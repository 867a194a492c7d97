import type { Erasures } from "./erasures.ts";

/** Where this machine keeps wrapped keys: a folder beside the data. Its answers are there at once. */
export interface FolderShelf {
  /** The text of a tenant's record. Throws where it cannot be read. */
  read(tenant: string): string | undefined;
  write(tenant: string, text: string): void;
  remove(tenant: string): void;
  /** Digests of all that have a record. */
  list(): readonly string[];
  /** Undefined where they cannot be read. */
  readErasures(): Erasures | undefined;
  writeErasures(erasures: Erasures): void;
  /** Runs `work` while no other process of this workspace makes a key or removes one. */
  withLock<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Where replicas that share no folder keep them together. */
export interface SharedShelf {
  read(tenant: string): Promise<string | undefined>;
  /** Keeps the text unless there is one: of two replicas, one wins. The one that is kept. */
  keep(tenant: string, text: string): Promise<string>;
  /** What is in use lasts. */
  renew(tenant: string): Promise<void>;
  remove(tenant: string): Promise<void>;
  readErasures(): Promise<Erasures>;
  addErasure(tenant: string): Promise<void>;
}
