import path from "node:path";
import { CAPABILITIES } from "@glovebox/host-api/registry";
import { EXIT } from "../../errors.ts";
import { parsePublicKey } from "../../supply/keys.ts";
import { editTrust } from "../../policy/edit-configuration.ts";
import { parseConfiguration } from "../../policy/parse-configuration.ts";
import { makeFilePowers } from "../../powers/files.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";

const KEY_BYTES_MAX = 16 * 1024;

export const trust: Command = {
  name: "trust",
  summary: "say whose signatures count, and for which plugins",
  usage: "add PUBKEY --plugins GLOB… [--name NAME]",
  description: [
    "PUBKEY is a public key as `glovebox keygen` prints it, or a file that holds one.",
    "GLOB is a plugin's name in which `*` stands for any part. Trust holds for those names only.",
    "Get the key from its owner over a way you trust: everything that it signs for these names will be accepted.",
  ],
  options: {
    plugins: { type: "string", multiple: true, value: "GLOB", summary: "plugin names that the key may sign; repeat for more" },
    name: { type: "string", value: "NAME", summary: "what to call the key (default: the name in it, or its file's)" },
  },
  argumentsMin: 2,
  argumentsMax: 2,
  examples: ["glovebox trust add acme.pub --plugins 'acme-*'", "glovebox trust add release.pub --plugins time --plugins files"],
  async run(call) {
    const [verb, words] = call.args as [string, string];
    if (verb !== "add") throw new CliError("ERR_USAGE", `\`glovebox trust ${verb}\` does not exist.`, { remedy: "Use: glovebox trust add PUBKEY --plugins GLOB" });
    const plugins = call.texts("plugins").flatMap((globs) => globs.split(","));
    if (plugins.length === 0) throw new CliError("ERR_USAGE", "`--plugins` is missing: say for which plugins the key counts.");
    const files = makeFilePowers();
    const key = parsePublicKey(readKey(words, files));
    const name = call.text("name") ?? nameOf(words);
    const saved = await files.withLock(path.join(path.dirname(call.configFile), ".glovebox", "busy"), async () => {
      const workspace = readWorkspace(call.configFile, files);
      const text = editTrust(workspace.text, call.configFile, { name, key: key.text, plugins });
      const configuration = parseConfiguration(text, call.configFile, CAPABILITIES);
      files.writeFile(call.configFile, text);
      return configuration.trust.find((entry) => entry.publicKey === key.text);
    });
    call.out.line(`Trusting ${call.out.style("bold", saved?.name ?? name)} (${key.digest}) for: ${saved?.plugins.join(", ") ?? ""}.`);
    call.out.line("Next: `glovebox add SOURCE` with a plugin that this key signed.");
    call.out.result({ name: saved?.name ?? name, key: key.digest, plugins: [...(saved?.plugins ?? plugins)] });
    return EXIT.done;
  },
};

function readKey(words: string, files: ReturnType<typeof makeFilePowers>): string {
  const file = path.resolve(words);
  if (files.kindOf(file) !== "file") return words;
  return new TextDecoder().decode(files.readFile(file, KEY_BYTES_MAX));
}

function nameOf(words: string): string {
  const base = path.basename(words).replace(/\.[^.]*$/, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[^a-z]+|-+$/g, "");
  return base.length > 0 && base.length <= 40 ? base : "key";
}
