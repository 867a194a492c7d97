import path from "node:path";
import { EXIT, located, reasonsOf, type ExitCode } from "../../errors.ts";
import type { Digest } from "../../plugin/formats.ts";
import { parseBundle } from "../../supply/signatures/bundle.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import { publicKeyOf } from "../../supply/signatures/keys.ts";
import { readSource } from "../../supply/read-source.ts";
import { signStatement } from "../../supply/signatures/sign.ts";
import { readSignatureFiles } from "../../supply/signatures/signature-files.ts";
import { formatStatement, type PluginStatement } from "../../supply/signatures/statement.ts";
import { openPackage } from "../../supply/verify-installed.ts";
import { NO_TRUST } from "../../supply/signatures/trust.ts";
import { rulesOf } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { packHere } from "../pack-here.ts";
import { readPrivateKey } from "../private-key.ts";
import { shownPath } from "../show/shown-path.ts";

/** Of a key's digest, in the name of a further signature. */
const KEY_DIGITS = 12;

export const sign: Command = {
  name: "sign",
  summary: "sign a package or a component",
  usage: "FILE --key FILE | FILE --statement",
  description: [
    "Writes FILE.sigstore.json: a Sigstore bundle over the digests of component, tool definitions and manifest.",
    "Where somebody else signed already, writes FILE.KEY.sigstore.json beside it: every signature is kept, and all are checked.",
    "With --statement, writes FILE.statement.json instead: the in-toto statement, for a program that signs as an identity.",
    "The tool definitions of a bare `.wasm` are asked of the sealed component first. Reads GLOVEBOX_PASSPHRASE for an encrypted key.",
  ],
  options: {
    key: { type: "string", value: "FILE", summary: "the private key that `glovebox keygen` wrote" },
    statement: { type: "boolean", summary: "write what is to be signed, and sign nothing" },
  },
  argumentsMin: 1,
  argumentsMax: 1,
  examples: [
    "glovebox sign dist/time-1.0.0.tgz --key acme.key",
    "glovebox sign dist/time-1.0.0.tgz --statement",
  ],
  async run(call) {
    const { out, machine } = call;
    const keyFile = call.text("key");
    const isStatement = call.flag("statement");
    if (isStatement === (keyFile !== undefined))
      throw new CliError("ERR_USAGE", "Name the private key with `--key`, or write `--statement`.");
    const privateKey = keyFile === undefined ? undefined : readPrivateKey(keyFile, call);
    const file = path.resolve(call.args[0] ?? "");
    const { manifest, digests } = await openFile(file, call);
    const { name, version } = manifest;
    const statement = { name, version, digests };
    if (!privateKey) return writeStatement(file, statement, call);
    const { digest: key } = publicKeyOf(privateKey);
    const bundleFile = bundleFileFor(file, key, machine.files);
    machine.files.writeFile(bundleFile, signStatement(statement, privateKey));
    out.line(`Signed ${name} ${version} with ${key}.`);
    out.line(
      `Wrote ${out.style("bold", shownPath(bundleFile))}: keep it beside the file that it signs.`,
    );
    out.line(
      `Next: operators trust your public key with \`glovebox trust add\`, then run \`glovebox add ${shownPath(file)}\`.`,
    );
    out.result({ bundle: bundleFile, key, digests });
    return EXIT.done;
  },
};

function writeStatement(
  file: string,
  statement: PluginStatement,
  { out, machine }: CommandCall,
): ExitCode {
  const statementFile = `${file}.statement.json`;
  machine.files.writeFile(statementFile, formatStatement(statement));
  out.line(
    `Wrote ${out.style("bold", shownPath(statementFile))}: what is to be signed as application/vnd.in-toto+json.`,
  );
  out.line(`Next: have it signed, and keep the bundle as ${shownPath(file)}.sigstore.json.`);
  out.result({ statement: statementFile, digests: statement.digests });
  return EXIT.done;
}

/**
 * Where this key's signature goes: over its own, else to `FILE.sigstore.json`, else beside the signature of somebody else,
 * which stays.
 */
function bundleFileFor(file: string, key: Digest, files: FilePowers): string {
  const first = `${file}.sigstore.json`;
  const there = readSignatureFiles(file, files).filter(({ format }) => format === "sigstore");
  const own = there.find(({ bytes }) => isBy(bytes, key));
  if (own) return own.file;
  if (files.kindOf(first) === "nothing") return first;
  return `${file}.${key.slice("sha256:".length, "sha256:".length + KEY_DIGITS)}.sigstore.json`;
}

/** What cannot be read is nobody's, and stays as it is: whoever adds the plugin is told of it. */
function isBy(bytes: Uint8Array, key: Digest): boolean {
  try {
    const bundle = parseBundle(bytes);
    return bundle.kind === "key" && bundle.claimedKey === key;
  } catch (error) {
    reasonsOf(error);
    return false;
  }
}

async function openFile(file: string, call: CommandCall) {
  const { files } = call.machine;
  if (files.kindOf(file) === "folder")
    throw new CliError(
      "ERR_USAGE",
      `\`${shownPath(file)}\` is a folder, and what is signed is a file.`,
      {
        remedy: `Use: \`glovebox pack ${shownPath(file)}\`, then sign the \`.tgz\` that it names.`,
      },
    );
  const source =
    files.kindOf(file) === "file" ? readSource(file, path.dirname(file), files) : undefined;
  if (!source)
    throw new CliError("ERR_FILE_MISSING", "There is no package or component here.", {
      place: { file },
    });
  const bytes = source.kind === "package" ? source.package : await packHere(source, call);
  try {
    return openPackage(bytes, rulesOf(NO_TRUST));
  } catch (error) {
    throw located(error, { file });
  }
}
