import path from "node:path";
import { EXIT } from "../../errors.ts";
import { publicKeyOf } from "../../supply/signatures/keys.ts";
import { WorkspaceError } from "../../workspace-errors.ts";
import type { Command } from "../command.ts";
import { CliError } from "../errors.ts";
import { digestsOf, formatArchive } from "../evidence/archive.ts";
import { gatherEvidence } from "../evidence/gather.ts";
import { signEvidence } from "../evidence/statement.ts";
import { readPrivateKey } from "../private-key.ts";
import { shownPath } from "../show/shown-path.ts";

export const evidence: Command = {
  name: "evidence",
  summary: "write a signed bundle for an auditor: what runs here, and what holds it",
  usage: "--key FILE [--out FILE] [--force]",
  description: [
    "Verifies every plugin, attacks this machine with the probes, and writes a tar archive with one signature over all of it:",
    "versions, configuration, lockfile, bill of materials (CycloneDX), debt report, probes' results, and how far the audit trail has come.",
    "Texts that could be secrets are left out: values of variables, paths of addresses, reasons, and whatever is not known to be harmless.",
    "Whoever has your public key checks it elsewhere with `glovebox verify-evidence`. The audit trail says that it was made.",
    "Exit 1 when a probe got through: the bundle is written all the same, and says so.",
  ],
  options: {
    key: { type: "string", value: "FILE", summary: "the private key that `glovebox keygen` wrote" },
    out: {
      type: "string",
      value: "FILE",
      summary: "where it goes (default: glovebox-evidence.tar)",
    },
    force: { type: "boolean", summary: "write over what stands there" },
  },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox evidence --key audit.key", "glovebox evidence --key audit.key --out q3.tar"],
  async run(call) {
    const { out, machine, text, flag } = call;
    const keyFile = text("key");
    if (keyFile === undefined)
      throw new CliError("ERR_USAGE", "Name the private key to sign with: `--key FILE`.");
    const key = readPrivateKey(keyFile, call);
    const file = path.resolve(text("out") ?? "glovebox-evidence.tar");
    // Before minutes of probes, and once more when it is written.
    if (!flag("force") && machine.files.kindOf(file) !== "nothing") throw alreadyThere(file);
    const madeAt = new Date().toISOString();
    const { version, documents, probes } = await gatherEvidence(call, madeAt);
    const digests = digestsOf(documents);
    const signature = signEvidence({ version, madeAt, digests }, key);
    const archive = formatArchive({ signature, documents });
    if (flag("force")) machine.files.writeFile(file, archive, 0o600);
    else machine.files.createFile(file, archive, 0o600);
    const { digest } = publicKeyOf(key);
    const broken = probes.filter(({ held }) => !held);
    out.line(`Wrote ${out.style("bold", shownPath(file))}, signed by ${digest}.`);
    out.line(`${probes.length - broken.length} of ${probes.length} probes held.`);
    for (const { id, claim } of broken)
      out.line(`${out.style("red", "got through")}  ${id}: ${claim}`);
    out.line(
      "Next: give it to the auditor, and your public key by another way; `glovebox verify-evidence FILE --key KEY.pub` checks it.",
    );
    out.result({ file, key: digest, made_at: madeAt, digests, probes });
    return broken.length === 0 ? EXIT.done : EXIT.failed;
  },
};

/** A bundle that was given away is what its holder is asked about later. */
function alreadyThere(file: string): WorkspaceError {
  const message = "Something stands here already, and it was left as it is.";
  return new WorkspaceError("ERR_WORKSPACE_EXISTS", message, {
    place: { file },
    remedy: "Name another file with `--out FILE`, or write over it with `--force`.",
  });
}
