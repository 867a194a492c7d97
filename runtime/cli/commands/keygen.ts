import path from "node:path";
import { EXIT } from "../../errors.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import { generateKey, KEY_TYPES, type KeyType } from "../../supply/signatures/keys.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { keepOutOfGit } from "../keep-out-of-git.ts";
import { readPassphrase } from "../passphrase.ts";
import { shownPath } from "../show/shown-path.ts";

export const keygen: Command = {
  name: "keygen",
  summary: "make a signing key",
  usage: "NAME [--type ed25519|p256]",
  description: [
    "Writes NAME.key (private, readable by you alone) and NAME.pub (public: give it to operators).",
    "With GLOVEBOX_PASSPHRASE set, the private key is encrypted with it.",
    "In a git work tree, the private key is put on .gitignore, so that it cannot be staged with the rest.",
  ],
  options: {
    type: {
      type: "string",
      value: "TYPE",
      summary:
        "ed25519 (default), or p256: ECDSA on NIST P-256, where a policy or a device asks for it",
    },
  },
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox keygen acme", "GLOVEBOX_PASSPHRASE=… glovebox keygen release --type p256"],
  async run({ args, text, out, machine }) {
    const base = path.resolve(args[0] ?? "");
    const [privateFile, publicFile] = [`${base}.key`, `${base}.pub`];
    const { privateKey, publicKey } = generateKey(readPassphrase(), readType(text("type")));
    createPair([privateFile, privateKey], [publicFile, `${publicKey.text}\n`], machine.files);
    out.line(
      `Wrote ${out.style("bold", shownPath(privateFile))} (keep it secret) and ${out.style("bold", shownPath(publicFile))}.`,
    );
    const ignored = keepOutOfGit(privateFile, machine.files);
    if (ignored !== undefined)
      out.line(
        `Put ${path.basename(privateFile)} on ${shownPath(ignored)}: it is in a git work tree.`,
      );
    out.line(`Key ${publicKey.digest}`);
    out.line(
      `Next: \`glovebox sign FILE --key ${shownPath(privateFile)}\`; operators run \`glovebox trust add ${shownPath(publicFile)} --plugins NAME\`.`,
    );
    out.result({ private: privateFile, public: publicFile, key: publicKey.digest });
    return EXIT.done;
  },
};

function readType(words: string | undefined): KeyType {
  const type = KEY_TYPES.find((known) => known === (words ?? "ed25519"));
  if (type) return type;
  throw new CliError("ERR_USAGE", `\`${words}\` is no type of key.`, {
    remedy: `Use one of: ${KEY_TYPES.join(", ")}.`,
  });
}

/** Both files or neither: a private key whose public half is another's signs what nobody can verify. */
function createPair(
  [privateFile, privateKey]: readonly [string, string],
  [publicFile, publicKey]: readonly [string, string],
  files: FilePowers,
): void {
  if (files.kindOf(publicFile) !== "nothing")
    throw new WorkspaceError(
      "ERR_WORKSPACE_EXISTS",
      "A key of this name exists, and it was left as it is.",
      { place: { file: publicFile } },
    );
  files.createFile(privateFile, privateKey, 0o600);
  try {
    files.createFile(publicFile, publicKey);
  } catch (error) {
    files.remove(privateFile);
    throw error;
  }
}
