import path from "node:path";
import { changeWorkspace } from "../../change-workspace.ts";
import { EXIT, located } from "../../errors.ts";
import { editTrust } from "../../policy/edit-configuration.ts";
import type { TrustEntry } from "../../plugin/trust.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import { parsePublicKey, type PublicKey } from "../../supply/keys.ts";
import { readConfiguration, readWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";

const KEY_BYTES_MAX = 16 * 1024;
const NAME_CHARS_MAX = 40;

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
    plugins: {
      type: "string",
      multiple: true,
      value: "GLOB",
      summary: "plugin names that the key may sign; repeat for more",
    },
    name: {
      type: "string",
      value: "NAME",
      summary: "what to call the key (default: its file's name)",
    },
  },
  argumentsMin: 2,
  argumentsMax: 2,
  examples: [
    "glovebox trust add acme.pub --plugins 'acme-*'",
    "glovebox trust add release.pub --plugins time --plugins files",
  ],
  async run(call) {
    const { configFile, out } = call;
    const { files } = call.machine;
    const [verb, words = ""] = call.args;
    if (verb !== "add")
      throw new CliError("ERR_USAGE", `\`glovebox trust ${verb}\` does not exist.`, {
        remedy: "Use: glovebox trust add PUBKEY --plugins GLOB",
      });
    const plugins = call.texts("plugins").flatMap((globs) => globs.split(","));
    if (plugins.length === 0)
      throw new CliError(
        "ERR_USAGE",
        "`--plugins` is missing: say for which plugins the key counts.",
      );
    const key = readKey(words, files);
    const entry = { name: call.text("name") ?? nameOf(words), key: key.text, plugins };
    const { paths } = readWorkspace(configFile, files);
    const saved = await changeWorkspace(paths, files, () => addEntry(entry, configFile, files));
    out.line(
      `Trusting ${out.style("bold", saved.name)} (${key.digest}) for: ${saved.plugins.join(", ")}.`,
    );
    out.line("Next: `glovebox add SOURCE` with a plugin that this key signed.");
    out.result({ name: saved.name, key: key.digest, plugins: saved.plugins });
    return EXIT.done;
  },
};

function addEntry(
  entry: { name: string; key: string; plugins: readonly string[] },
  configFile: string,
  files: FilePowers,
): TrustEntry {
  const text = editTrust(readWorkspace(configFile, files).text, configFile, entry);
  const saved = readConfiguration(text, configFile).trust.find(
    (known) => known.kind === "key" && known.publicKey === entry.key,
  );
  if (!saved) throw new Error("an edit lost its trust entry");
  files.writeFile(configFile, text);
  return saved;
}

/** A key is never a path with an ending, and a file that is meant is named, even when it is not there. */
function readKey(words: string, files: FilePowers): PublicKey {
  const file = path.resolve(words);
  const bytes = files.readFile(file, KEY_BYTES_MAX);
  if (!bytes && words.includes("."))
    throw new CliError("ERR_FILE_MISSING", "There is no key here.", { place: { file } });
  try {
    return parsePublicKey(bytes ? new TextDecoder().decode(bytes) : words);
  } catch (error) {
    throw bytes ? located(error, { file }) : error;
  }
}

function nameOf(words: string): string {
  const base = path
    .basename(words)
    .replace(/\.[^.]*$/, "")
    .toLowerCase();
  const name = base.replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[^a-z]+|-+$/g, "");
  return name.length > 0 && name.length <= NAME_CHARS_MAX ? name : "key";
}
