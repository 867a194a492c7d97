import { digestOfBytes, isDigest } from "../../plugin/canonical.ts";
import type { Digest } from "../../plugin/formats.ts";
import type { Configuration } from "../../policy/configuration.ts";
import type { Source } from "../../supply/read-source.ts";
import type { CommandCall, OptionRow } from "../command.ts";
import { CliError } from "../errors.ts";

/** What the operator says on the command line about what is to be approved. It never waives a refusal. */
export interface Consent {
  /** Approve without asking. */
  readonly yes: boolean;
  /** Approve this package and no other. */
  readonly digest?: Digest | undefined;
  /** Ids of findings that were read and are put up with. */
  readonly accept?: readonly string[];
}

/** Options of every command that approves. */
export const CONSENT_OPTIONS: Readonly<Record<string, OptionRow>> = {
  yes: {
    type: "boolean",
    summary: "approve without asking; never waives a refusal. In production only with `--digest`",
  },
  digest: {
    type: "string",
    value: "SHA256",
    summary:
      "approve this package and no other: `sha256:` and 64 hex digits, as the last run showed",
  },
  accept: {
    type: "string",
    multiple: true,
    value: "FINDING",
    summary: "approve in spite of this finding that was shown; once per id",
  },
};

/** Reads them. Throws `ERR_USAGE`. */
export function readConsent({ flag, text, texts }: CommandCall): Consent {
  const digest = text("digest");
  if (digest !== undefined && !isDigest(digest))
    throw new CliError("ERR_USAGE", "`--digest` takes `sha256:` and 64 lower-case hex digits.");
  return { yes: flag("yes"), digest, accept: texts("accept") };
}

/** Where a package is named by its digest, no other is even run to be looked at. Throws `ERR_NOT_APPROVED`. */
export function assertNamed(found: Source, consent: Consent): void {
  if (found.kind === "package") assertDigest(digestOfBytes(found.package), consent);
}

/**
 * Whether `--yes` may stand for the answer of a person. Production is frozen: a script there approves only the very bytes
 * that somebody who had read them named, with grants that were approved before or stand in the command. False where a person must be asked. Throws `ERR_NOT_APPROVED`.
 */
export function decideConsent(
  found: Digest,
  consent: Consent,
  mode: Configuration["mode"],
  areGrantsSaid: boolean,
): boolean {
  assertDigest(found, consent);
  if (!consent.yes) return false;
  if (mode === "development") return true;
  if (consent.digest !== undefined && areGrantsSaid) return true;
  if (consent.digest !== undefined)
    throw new CliError(
      "ERR_NOT_APPROVED",
      "In production `--yes --digest` approves these bytes, and the configuration grants them something else than was approved.",
      {
        remedy:
          "Approve it at a terminal, or say in the command itself what it may do: `glovebox add SOURCE --as NAME --grant …`.",
      },
    );
  throw new CliError(
    "ERR_NOT_APPROVED",
    "In production `--yes` alone approves nothing: it does not say what was read.",
    { remedy: `When you have read what is shown, add \`--digest ${found}\`.` },
  );
}

function assertDigest(found: Digest, { digest }: Consent): void {
  if (digest === undefined || digest === found) return;
  throw new CliError(
    "ERR_NOT_APPROVED",
    `This package is not the one that \`--digest\` names: it is ${found}.`,
    { remedy: "Look at it without `--yes`, and find out why it is another one." },
  );
}
