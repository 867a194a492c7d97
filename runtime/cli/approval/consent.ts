import type { ErrorDetail } from "../../errors.ts";
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

/** What an approval is asked for. */
export interface Asked {
  readonly alias: string;
  readonly found: Digest;
  readonly mode: Configuration["mode"];
  /** Whether its grants were approved before, or stand in the command. */
  readonly areGrantsSaid: boolean;
  readonly hasGrants: boolean;
}

/**
 * Whether `--yes` may stand for the answer of a person. Production is frozen: a script there approves only the very bytes
 * that somebody who had read them named, with grants that were approved before or stand in the command. False where a person must be asked. Throws `ERR_NOT_APPROVED`.
 */
export function decideConsent(asked: Asked, consent: Consent): boolean {
  const { found, mode, areGrantsSaid } = asked;
  assertDigest(found, consent);
  if (!consent.yes) return false;
  if (mode === "development") return true;
  if (!areGrantsSaid)
    throw notApproved(
      "In production `--yes` approves bytes, and the configuration grants this plugin something else than was approved.",
      asked,
    );
  if (consent.digest !== undefined) return true;
  throw notApproved(
    "In production `--yes` alone approves nothing: it does not say what was read.",
    asked,
  );
}

/** Nobody said yes, and how somebody can: the words that this mode and these grants take. */
export function notApproved(message: string, asked: Asked): CliError {
  return new CliError("ERR_NOT_APPROVED", message, remedyFor(asked));
}

function remedyFor({ alias, found, mode, areGrantsSaid, hasGrants }: Asked): ErrorDetail {
  // The error's own words are right there.
  if (mode === "development") return {};
  const terminal = "When you have read what is shown, run the command on a terminal and answer yes";
  const words = `--yes --digest ${found}`;
  if (areGrantsSaid) return { remedy: `${terminal}, or add \`${words}\`.` };
  // A command has no words for granting nothing.
  if (!hasGrants) return { remedy: `${terminal}.` };
  return {
    remedy: `${terminal}, or say in the command itself what the plugin may do: \`glovebox add SOURCE --as ${alias} --grant … ${words}\`.`,
  };
}

function assertDigest(found: Digest, { digest }: Consent): void {
  if (digest === undefined || digest === found) return;
  throw new CliError(
    "ERR_NOT_APPROVED",
    `This package is not the one that \`--digest\` names: it is ${found}.`,
    { remedy: "Look at it without `--yes`, and find out why it is another one." },
  );
}
