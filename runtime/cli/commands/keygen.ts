import path from "node:path";
import { EXIT } from "../../errors.ts";
import { makeFilePowers } from "../../powers/files.ts";
import { generateKey } from "../../supply/keys.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import type { Command } from "../command.ts";
import { readPassphrase } from "../passphrase.ts";

export const keygen: Command = {
  name: "keygen",
  summary: "make a signing key",
  usage: "NAME",
  description: [
    "Writes NAME.key (private, readable by you alone) and NAME.pub (public: give it to operators).",
    "With GLOVEBOX_PASSPHRASE set, the private key is encrypted with it.",
  ],
  options: {},
  argumentsMin: 1,
  argumentsMax: 1,
  examples: ["glovebox keygen acme", "GLOVEBOX_PASSPHRASE=… glovebox keygen release"],
  async run({ args, out }) {
    const files = makeFilePowers();
    const base = path.resolve(args[0] ?? "");
    const [privateFile, publicFile] = [`${base}.key`, `${base}.pub`];
    for (const file of [privateFile, publicFile])
      if (files.kindOf(file) !== "nothing") throw new WorkspaceError("ERR_WORKSPACE_EXISTS", "A key of this name exists, and it was left as it is.", { place: { file } });
    const pair = generateKey(readPassphrase());
    files.writeFile(privateFile, pair.privateKey, 0o600);
    files.writeFile(publicFile, `${pair.publicKey.text}\n`);
    const shown = (file: string): string => path.relative(process.cwd(), file) || file;
    out.line(`Wrote ${out.style("bold", shown(privateFile))} (keep it secret) and ${out.style("bold", shown(publicFile))}.`);
    out.line(`Key ${pair.publicKey.digest}`);
    out.line(`Next: \`glovebox sign FILE --key ${shown(privateFile)}\`; operators run \`glovebox trust add ${shown(publicFile)} --plugins NAME\`.`);
    out.result({ private: privateFile, public: publicFile, key: pair.publicKey.digest });
    return EXIT.done;
  },
};
