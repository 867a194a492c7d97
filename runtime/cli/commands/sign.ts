import path from "node:path";
import { EXIT, located } from "../../errors.ts";
import { parsePrivateKey, publicKeyOf } from "../../supply/keys.ts";
import { readSource } from "../../supply/read-source.ts";
import { signStatement } from "../../supply/sign.ts";
import { openPackage } from "../../supply/verify-installed.ts";
import { NO_TRUST } from "../../supply/trust.ts";
import { rulesOf } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { packHere } from "../pack-here.ts";
import { readPassphrase } from "../passphrase.ts";
import { shownPath } from "../shown-path.ts";

const KEY_BYTES_MAX = 16 * 1024;

export const sign: Command = {
  name: "sign",
  summary: "sign a package or a component",
  usage: "FILE --key FILE",
  description: [
    "Writes FILE.sigstore.json: a Sigstore bundle over the digests of component, tool definitions and manifest.",
    "The tool definitions of a bare `.wasm` are asked of the sealed component first. Reads GLOVEBOX_PASSPHRASE for an encrypted key.",
  ],
  options: {
    key: { type: "string", value: "FILE", summary: "the private key that `glovebox keygen` wrote" },
  },
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox sign dist/time-1.0.0.tgz --key acme.key"],
  async run(call) {
    const { out, machine } = call;
    const privateKey = readPrivateKey(call);
    const { digest: key } = publicKeyOf(privateKey);
    const file = path.resolve(call.args[0] ?? "");
    const { manifest, digests } = await openFile(file, call);
    const { name, version } = manifest;
    const bundleFile = `${file}.sigstore.json`;
    machine.files.writeFile(bundleFile, signStatement({ name, version, digests }, privateKey));
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

function readPrivateKey(call: CommandCall) {
  const name = call.text("key");
  if (name === undefined)
    throw new CliError("ERR_USAGE", "`--key` is missing: name the private key.");
  const file = path.resolve(name);
  const pem = call.machine.files.readFile(file, KEY_BYTES_MAX);
  if (!pem) throw new CliError("ERR_FILE_MISSING", "There is no key here.", { place: { file } });
  try {
    return parsePrivateKey(new TextDecoder().decode(pem), readPassphrase());
  } catch (error) {
    throw located(error, { file });
  }
}

async function openFile(file: string, call: CommandCall) {
  const { files } = call.machine;
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
