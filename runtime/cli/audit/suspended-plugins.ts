import path from "node:path";
import {
  formatSuspended,
  parseSuspended,
  type Suspended,
  type Suspension,
} from "../../audit/anomalies/suspensions.ts";
import { AuditError } from "../../audit/errors.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import type { WorkspacePaths } from "../../workspace-paths.ts";

const FILE_BYTES_MAX = 1024 * 1024;

/** Where it is written down which plugins are suspended, until an operator resumes them. */
export function suspendedFile(paths: WorkspacePaths): string {
  return path.join(paths.folder, "suspended.json");
}

/** Which plugins are suspended. Throws `ERR_SUSPENDED_UNREADABLE` where that cannot be known. */
export function readSuspended(paths: WorkspacePaths, files: FilePowers): Suspended {
  const file = suspendedFile(paths);
  const bytes = files.readFile(file, FILE_BYTES_MAX);
  if (!bytes) return {};
  const suspended = parseSuspended(Buffer.from(bytes).toString());
  if (suspended) return suspended;
  throw new AuditError(
    "ERR_SUSPENDED_UNREADABLE",
    "The list of suspended plugins is damaged, so it is not known who is suspended.",
    { place: { file } },
  );
}

/** Adds a plugin to the list, or takes it off. Other processes may do the same at the same time. */
export function changeSuspended(
  paths: WorkspacePaths,
  files: FilePowers,
  alias: string,
  suspension: Suspension | undefined,
): Promise<Suspended> {
  return files.withLock(paths.busyFile, async () => {
    const { [alias]: _before, ...others } = readSuspended(paths, files);
    const changed = suspension ? { ...others, [alias]: suspension } : others;
    files.writeFile(suspendedFile(paths), formatSuspended(changed), 0o600);
    return changed;
  });
}

/** The list as a running server sees it: what is in the file, and what it has itself not yet written there. */
export class SuspensionList {
  readonly #paths: WorkspacePaths;
  readonly #files: FilePowers;
  readonly #pending = new Map<string, Suspension>();
  #stored: Suspended;

  constructor(paths: WorkspacePaths, files: FilePowers) {
    this.#paths = paths;
    this.#files = files;
    this.#stored = readSuspended(paths, files);
  }

  has(alias: string): boolean {
    return Object.hasOwn(this.#stored, alias) || this.#pending.has(alias);
  }

  names(): readonly string[] {
    return [...new Set([...Object.keys(this.#stored), ...this.#pending.keys()])];
  }

  /** In this process at once; in every other, and after the next start, when it resolves. */
  async suspend(alias: string, suspension: Suspension): Promise<void> {
    this.#pending.set(alias, suspension);
    this.#stored = await changeSuspended(this.#paths, this.#files, alias, suspension);
    this.#pending.delete(alias);
  }

  /** Looks whom an operator has resumed, or another server suspended. A list that cannot be read takes nobody off it. */
  look(): void {
    try {
      this.#stored = readSuspended(this.#paths, this.#files);
    } catch {
      // As before.
    }
  }
}
