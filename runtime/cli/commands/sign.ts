import path from "node:path";
import { EXIT } from "../../errors.ts";
import { parsePrivateKey, publicKeyOf } from "../../supply/keys.ts";
import { readSource } from "../../supply/read-source.ts";
import { signStatement } from "../../supply/sign.ts";
import { openPackage } from "../../supply/verify-installed.ts";
import { rulesOf } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { makeMachine } from "../make-machine.ts";
import { readPassphrase } from "../passphrase.ts";
import { packHere } from "../pack-here.ts";

const KEY_BYTES_MAX = 16 * 1024;

export const sign: Command = {
  name: "sign",
  summary: "sign a package or a component",
  usage: "FILE --key FILE",
  description: [
    "Writes FILE.sigstore.json: a Sigstore bundle over the digests of component, tool definitions and manifest.",
    "The tool definitions of a bare `.wasm` are asked of the sealed component first. Reads GLOVEBOX_PASSPHRASE for an encrypted key.",
  ],
  options: { key: { type: "string", value: "FILE", summary: "the private key that `glovebox keygen` wrote" } },
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox sign dist/time-1.0.0.tgz --key acme.key"],
  async run(call) {
    const { out } = call;
    const machine = makeMachine();
    const keyFile = call.text("key");
    if (keyFile === undefined) throw new CliError("ERR_USAGE", "`--key` is missing: name the private key.");
    const pem = machine.files.readFile(path.resolve(keyFile), KEY_BYTES_MAX);
    if (!pem) throw new CliError("ERR_FILE_MISSING", "There is no key here.", { place: { file: path.resolve(keyFile) } });
    const privateKey = parsePrivateKey(new TextDecoder().decode(pem), readPassphrase());

    const file = path.resolve(call.args[0] ?? "");
    const source = readSource(file, process.cwd(), machine.files);
    if (!source || machine.files.kindOf(file) !== "file") throw new CliError("ERR_FILE_MISSING", "There is no package or component here.", { place: { file } });
    const bytes = source.kind === "package" ? source.package : await packHere(source, out, machine);
    const { manifest, digests } = openPackage(bytes, rulesOf([]));
    const bundleFile = `${file}.sigstore.json`;
    machine.files.writeFile(bundleFile, signStatement({ name: manifest.name, version: manifest.version, digests }, privateKey));

    const shown = path.relative(process.cwd(), bundleFile) || bundleFile;
    out.line(`Signed ${manifest.name} ${manifest.version} with ${publicKeyOf(privateKey).digest}.`);
    out.line(`Wrote ${out.style("bold", shown)}: keep it beside the file that it signs.`);
    out.line(`Next: operators run \`glovebox add ${path.relative(process.cwd(), file) || file}\`.`);
    out.result({ bundle: bundleFile, key: publicKeyOf(privateKey).digest, digests: { ...digests } });
    return EXIT.done;
  },
};
