import type { Seal } from "../../sandbox/sandbox.ts";
import type { Configuration, Waiver } from "../configuration.ts";
import type { ServerConfiguration } from "../server/configuration.ts";
import type { SecretFault } from "./judge-secret.ts";

/** What the gates look at. Plain facts, gathered by the composition root. */
export interface StartFacts {
  readonly mode: Configuration["mode"];
  readonly plugins: Readonly<Record<string, { readonly unsigned: boolean }>>;
  readonly waivers: readonly Waiver[];
  readonly seal: Seal;
  readonly nowMs: number;
  /** Undefined where nothing is called, because a release is only looked at. */
  readonly local?: LocalFacts;
  /** Undefined where nothing is served over HTTP. It stands for `local` too. */
  readonly http?: HttpFacts;
}

/** What counts for whatever is served, and over whatever. */
export interface LocalFacts {
  /** Those that are read there. */
  readonly secrets: readonly SecretFact[];
  readonly files: readonly FileFact[];
}

export interface HttpFacts extends LocalFacts {
  readonly server: ServerConfiguration;
  /** Whether the configuration says what is kept of calls. */
  readonly hasAudit: boolean;
  /** Folders beneath which plugins have their files, with links resolved. */
  readonly roots: readonly RootFact[];
}

/** What is known of one secret. Its value is not part of it. */
export interface SecretFact {
  /** Where the configuration names it: `server.state_key`. */
  readonly path: string;
  /** `env:NAME` or `file:/path`. */
  readonly reference: string;
  /** It is the address of a service, with a password in it. */
  readonly isAddress?: boolean;
  /** Why it cannot be read, in words without its value. */
  readonly unreadable?: string;
  readonly faults: readonly SecretFault[];
  /** Where a secret of the same value is named. */
  readonly sameAs?: string;
}

export interface FileFact {
  readonly file: string;
  readonly what: "configuration" | "lockfile" | "folder" | "parent" | "key";
  /** Permission bits with the sticky bit, as `stat` has them. Undefined where the system has none. */
  readonly mode: number | undefined;
  readonly owner: "operator" | "root" | "other";
  /** Whether its group is the one that the operator's own files have. */
  readonly isOwnGroup: boolean;
}

export interface RootFact {
  /** With links resolved. */
  readonly folder: string;
  /** Homes of the machine's users, as far as they are known. */
  readonly homes: readonly string[];
}
