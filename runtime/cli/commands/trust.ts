import { changeWorkspace } from "../../change-workspace.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { remedyForUnknown } from "../../plugin/suggest.ts";
import type { TrustEntry } from "../../plugin/trust.ts";
import { editTrust, removeTrust } from "../../policy/edit-configuration.ts";
import { readConfiguration, readWorkspace } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { digestOfKey, readRevocation } from "../revoke.ts";
import { readTrustWords } from "../trust-words.ts";

export const trust: Command = {
  name: "trust",
  summary: "say whose signatures count, for which plugins, and whose no longer",
  usage: "add PUBKEY --plugins GLOB… | list | remove NAME | revoke WHAT --reason TEXT",
  description: [
    "PUBKEY is a public key of `glovebox keygen` or of minisign, or a file that holds one. Instead of it, --issuer and --subject",
    "name an identity of Sigstore: exactly that subject, as exactly that issuer calls it. Nothing in them is a pattern.",
    "GLOB is a plugin's name in which `*` stands for any part. Trust holds for those names only.",
    "Get the key from its owner over a way you trust: everything that it signs for these names will be accepted.",
    "WHAT is an entry's name, a key, or the digest of a component, manifest or package. What is revoked counts for nothing,",
    "and does not start, even where it is pinned.",
  ],
  options: {
    plugins: {
      type: "string",
      multiple: true,
      value: "GLOB",
      summary: "plugin names that the signer may sign; repeat for more",
    },
    name: {
      type: "string",
      value: "NAME",
      summary: "what to call the signer (default: the file's name)",
    },
    issuer: {
      type: "string",
      value: "URL",
      summary: "who says who it is: an OpenID Connect issuer",
    },
    subject: {
      type: "string",
      value: "WHO",
      summary: "an e-mail address, or the URI of a workflow",
    },
    from: { type: "string", value: "DAY", summary: "the first day on which its signatures count" },
    until: { type: "string", value: "DAY", summary: "the last day" },
    cosigner: {
      type: "string",
      multiple: true,
      value: "NAME",
      summary: "an entry whose signature is needed as well; repeat for more",
    },
    repository: { type: "string", value: "URL", summary: "demand provenance: built from here" },
    workflow: {
      type: "string",
      value: "FILE",
      summary: "demand provenance: built by this file of it",
    },
    key: { type: "boolean", summary: "of revoke: the digest is a key's" },
    reason: {
      type: "string",
      value: "TEXT",
      summary: "of revoke: why, for whoever reads it later",
    },
  },
  argumentsMin: 1,
  argumentsMax: 2,
  examples: [
    "glovebox trust add acme.pub --plugins 'acme-*'",
    "glovebox trust add release.pub --plugins time --plugins files --cosigner reviewer",
    "glovebox trust add --issuer https://accounts.example.com --subject ann@example.com --plugins time",
    "glovebox trust list",
    "glovebox trust revoke acme --reason 'the key was on a stolen laptop'",
  ],
  async run(call) {
    const [verb = "", words] = call.args;
    if (verb === "list" && words === undefined) return list(call);
    if (verb === "add") return add(words, call);
    if (verb === "remove" && words !== undefined) return remove(words, call);
    if (verb === "revoke") return revoke(words, call);
    throw new CliError(
      "ERR_USAGE",
      `\`glovebox trust ${call.args.join(" ")}\` is not understood.`,
      {
        remedy:
          "Use: glovebox trust add PUBKEY --plugins GLOB, list, remove NAME, or revoke WHAT --reason TEXT",
      },
    );
  },
};

async function add(words: string | undefined, call: CommandCall): Promise<ExitCode> {
  const { out } = call;
  const entry = readTrustWords(words, call);
  const [saved] = await change(
    call,
    (text, file) => editTrust(text, file, entry),
    (one) =>
      one.kind === "identity"
        ? one.issuer === entry.identity?.issuer && one.subject === entry.identity.subject
        : one.publicKey === (entry.key ?? entry.minisign),
  );
  if (!saved) throw new Error("an edit lost its trust entry");
  out.line(
    `Trusting ${out.style("bold", saved.name)} (${makeVisible(signerOf(saved))}) for: ${saved.plugins.join(", ")}.`,
  );
  out.line("Next: `glovebox add SOURCE` with a plugin that it signed.");
  out.result(shown(saved));
  return EXIT.done;
}

function list({ configFile, machine, out }: CommandCall): ExitCode {
  const { configuration } = readWorkspace(configFile, machine.files);
  const { keys, identities, digests } = configuration.revoked;
  const isRevoked = (entry: TrustEntry): boolean =>
    entry.kind === "identity"
      ? identities.some((one) => one.issuer === entry.issuer && one.subject === entry.subject)
      : keys.some(({ key }) => key === digestOfKey(entry));
  const entries = configuration.trust.map((entry) => ({
    ...shown(entry),
    revoked: isRevoked(entry),
  }));
  if (entries.length === 0)
    out.line("Nobody is trusted. Next: `glovebox trust add PUBKEY --plugins GLOB`.");
  else
    out.table(
      ["NAME", "SIGNER", "PLUGINS", "FROM", "UNTIL", "TOGETHER WITH"],
      entries.map((entry) => [
        entry.revoked ? `${entry.name} (REVOKED)` : entry.name,
        makeVisible(entry.signer),
        entry.plugins.join(" "),
        entry.from ?? "",
        entry.until ?? "",
        entry.cosigners.join(" "),
      ]),
    );
  const revoked = [
    ...keys.map(({ key, ...why }) => ({ what: `key ${key}`, ...why })),
    ...identities.map(({ issuer, subject, ...why }) => ({
      what: `${subject}, says ${issuer}`,
      ...why,
    })),
    ...digests.map(({ digest, ...why }) => ({ what: digest, ...why })),
  ];
  for (const { what, date, reason } of revoked)
    out.line(`revoked on ${date}: ${makeVisible(what)}: ${makeVisible(reason)}`);
  out.result({ trust: entries, revoked: configuration.revoked });
  return EXIT.done;
}

async function remove(name: string, call: CommandCall): Promise<ExitCode> {
  const { configFile, machine, out } = call;
  const names = readWorkspace(configFile, machine.files).configuration.trust.map((one) => one.name);
  if (!names.includes(name))
    throw new CliError("ERR_USAGE", `No trust entry is called \`${name}\`.`, {
      remedy: remedyForUnknown(name, names, "Nobody is trusted by a name here."),
    });
  await change(call, (text, file) => removeTrust(text, file, name));
  out.line(`${name} is trusted no more: plugins that nobody else signed will not start.`);
  out.line("Next: `glovebox verify` says which.");
  out.result({ removed: name });
  return EXIT.done;
}

async function revoke(words: string | undefined, call: CommandCall): Promise<ExitCode> {
  const { configFile, machine, out } = call;
  const { configuration } = readWorkspace(configFile, machine.files);
  const revocation = readRevocation(words, configuration.trust, call);
  await change(call, (text, file) => revocation.edit(text, file));
  const { what } = revocation;
  out.line(`Revoked ${makeVisible(what)}.`);
  out.line(
    "Next: `glovebox verify` says which plugins will not start; running servers go on until they are restarted.",
  );
  out.result({ revoked: what });
  return EXIT.done;
}

/** Edits the configuration under the workspace's lock, and answers the entries that `pick` picks of the saved one. */
async function change(
  { configFile, machine }: CommandCall,
  edit: (text: string, file: string) => string,
  pick: (entry: TrustEntry) => boolean = () => false,
): Promise<readonly TrustEntry[]> {
  const { files } = machine;
  const { paths } = readWorkspace(configFile, files);
  return changeWorkspace(paths, files, () => {
    const text = edit(readWorkspace(configFile, files).text, configFile);
    const saved = readConfiguration(text, configFile).trust.filter(pick);
    files.writeFile(configFile, text);
    return saved;
  });
}

function signerOf(entry: TrustEntry): string {
  return entry.kind === "identity"
    ? `${entry.subject}, says ${entry.issuer}`
    : `${entry.kind === "minisign" ? "minisign " : ""}${digestOfKey(entry)}`;
}

function shown(entry: TrustEntry) {
  const { name, kind, plugins, from, until, cosigners = [] } = entry;
  return {
    name,
    kind,
    signer: signerOf(entry),
    ...(entry.kind === "identity" ? {} : { key: digestOfKey(entry) }),
    plugins,
    from: from ?? null,
    until: until ?? null,
    cosigners,
    ...(entry.kind === "identity" && entry.provenance ? { provenance: entry.provenance } : {}),
  };
}
