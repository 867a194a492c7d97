import path from "node:path";
import type { TrustWords } from "../policy/edit-configuration.ts";
import { parsePublicKey } from "../supply/signatures/keys.ts";
import { parseMinisignKey } from "../supply/signatures/minisign.ts";
import type { CommandCall } from "./command.ts";
import { CliError } from "./errors.ts";
import { readKeyWords } from "./key-words.ts";

const NAME_CHARS_MAX = 40;

/** Whom a key or an identity names on the command line, as the configuration writes it. */
export type SignerWords = Pick<TrustWords, "key" | "minisign" | "identity">;

/** Reads a trust entry from the words after `glovebox trust add`. Throws `ERR_USAGE`, `ERR_FILE_MISSING` or `ERR_KEY_INVALID`. */
export function readTrustWords(words: string | undefined, call: CommandCall): TrustWords {
  const plugins = call.texts("plugins").flatMap((globs) => globs.split(","));
  if (plugins.length === 0)
    throw new CliError("ERR_USAGE", "`--plugins` is missing: say for which plugins it counts.");
  const signer = readSigner(words, call);
  const [from, until] = [call.text("from"), call.text("until")];
  const cosigners = call.texts("cosigner");
  const provenance = readProvenance(signer, call);
  return {
    name: call.text("name") ?? nameOf(words ?? signer.identity?.subject ?? ""),
    ...signer,
    plugins,
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
    ...(cosigners.length > 0 && { cosigners }),
    ...(provenance && { provenance }),
  };
}

function readSigner(words: string | undefined, call: CommandCall): SignerWords {
  const [issuer, subject] = [call.text("issuer"), call.text("subject")];
  if (issuer === undefined && subject === undefined && words !== undefined)
    return readPublicKey(words, call);
  if (words !== undefined || issuer === undefined || subject === undefined)
    throw new CliError(
      "ERR_USAGE",
      "A trust entry is for a public key, or for a subject of an issuer.",
      {
        remedy:
          "Use: glovebox trust add PUBKEY --plugins GLOB, or glovebox trust add --issuer URL --subject WHO --plugins GLOB",
      },
    );
  return { identity: { issuer, subject } };
}

/** A public key of `glovebox keygen` or of minisign, or a file that holds one. */
export function readPublicKey(words: string, { machine }: CommandCall): SignerWords {
  return readKeyWords(words, machine.files, (text) => {
    const lines = text.trim().split(/\r?\n/);
    const last = lines.at(-1) ?? "";
    if (!last.startsWith("RW") || lines.length > 2) return { key: parsePublicKey(text).text };
    parseMinisignKey(last);
    return { minisign: last };
  });
}

function readProvenance(signer: SignerWords, call: CommandCall): TrustWords["provenance"] {
  const [repository, workflow] = [call.text("repository"), call.text("workflow")];
  if (repository === undefined && workflow === undefined) return undefined;
  if (repository !== undefined && workflow !== undefined && signer.identity)
    return { repository, workflow };
  throw new CliError(
    "ERR_USAGE",
    "Provenance is demanded of an identity, by `--repository` and `--workflow`.",
  );
}

function nameOf(words: string): string {
  const base = path
    .basename(words)
    .replace(/[.@][^.@]*$/, "")
    .toLowerCase();
  const name = base.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[^a-z]+|-+$/g, "");
  return name.length > 0 && name.length <= NAME_CHARS_MAX ? name : "key";
}
