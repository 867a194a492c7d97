import path from "node:path";
import { collectReasons, EXIT, located } from "../../errors.ts";
import { digestOf } from "../../plugin/canonical.ts";
import { parseBundle } from "../../supply/signatures/bundle.ts";
import type { SignatureFile } from "../../supply/installed.ts";
import type { SourcePackage } from "../../supply/read-source.ts";
import { readSource } from "../../supply/read-source.ts";
import { SourceError } from "../../supply/sources/errors.ts";
import { RegistryError } from "../../supply/sources/oci/errors.ts";
import { makeArtifact, publishArtifact } from "../../supply/sources/oci/publish.ts";
import { Registry } from "../../supply/sources/oci/registry.ts";
import { withRemote } from "../../supply/sources/remote.ts";
import { parseRemoteSource, type OciSource } from "../../supply/sources/source-text.ts";
import { parseStatement, type PluginStatement } from "../../supply/signatures/statement.ts";
import { openPackage } from "../../supply/verify-installed.ts";
import { NO_TRUST } from "../../supply/signatures/trust.ts";
import { rulesOf } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { shownPath } from "../show/shown-path.ts";

const TAG_WORDS = {
  new: "is new",
  unchanged: "named it already",
  moved: "named something else until now",
} as const;

export const publish: Command = {
  name: "publish",
  summary: "push a package and its signatures to a registry",
  usage: "FILE oci://REGISTRY/NAME:TAG [--dry-run] [--force]",
  description: [
    "FILE is a `.tgz` that `glovebox pack` made; every signature beside it goes along, as a referrer of the artifact.",
    "The tag is set last, and one that names other bytes is left alone unless `--force` is given. Publishing again changes nothing.",
    "Credentials are those of `docker login`: Docker's configuration and its credential helpers are read when the registry asks.",
    "The same package makes the same digest in every registry; give it to operators, and they pin it.",
  ],
  options: {
    "dry-run": { type: "boolean", summary: "look what would change, and change nothing" },
    force: { type: "boolean", summary: "move a tag that names something else" },
  },
  argumentsMin: 2,
  argumentsMax: 2,
  examples: [
    "glovebox publish dist/time-1.0.0.tgz oci://ghcr.io/acme/time:1.0.0",
    "glovebox publish dist/time-1.0.0.tgz oci://localhost:5000/acme/time:1.0.0 --dry-run",
  ],
  async run(call) {
    const { out, machine } = call;
    const [file = "", text = ""] = call.args;
    const { source, tag } = parseTarget(text);
    const found = readPackageFile(path.resolve(file), call);
    const { manifest, digests } = openPackageFile(found);
    const { bundles } = found;
    const { name, version } = manifest;
    for (const bundle of bundles) assertFits(bundle, { name, version, digests });
    const artifact = makeArtifact({ package: found.package, manifest, signatures: bundles });
    const dryRun = call.flag("dry-run");
    const onProgress = (step: string): void => out.progress(step);
    const access = { files: machine.files, powers: machine.sources, onProgress };
    const published = await withRemote(source, access, (setting) =>
      publishArtifact(new Registry(source, setting, "pull,push"), tag, artifact, {
        force: call.flag("force"),
        dryRun,
        onProgress,
      }),
    ).finally(() => out.progressDone());
    const { digest, signatures } = published;
    const pinned = `oci://${source.registry}/${source.repository}@${digest}`;
    out.line(
      `${dryRun ? "Would publish" : "Published"} ${manifest.name} ${manifest.version} with ${signatures.length} signature${signatures.length === 1 ? "" : "s"}. The tag ${tag} ${TAG_WORDS[published.tag]}.`,
    );
    if (signatures.length === 0)
      out.line(out.style("yellow", "Nobody signed it: in production nobody can add it."));
    out.line(`digest     ${digest}`);
    out.line(`Next: operators run \`glovebox add ${source.text}\`, or pin \`${pinned}\`.`);
    out.result({ source: source.text, pinned, ...published, dry_run: dryRun });
    return EXIT.done;
  },
};

/** Where to publish: a tag must be named, and nothing else. */
function parseTarget(text: string): { source: OciSource; tag: string } {
  const source = parseRemoteSource(text);
  if (source.kind === "oci" && source.tag !== undefined && source.digest === undefined)
    return { source, tag: source.tag };
  throw new SourceError(
    "ERR_SOURCE_ADDRESS",
    `\`${text}\` is not a registry's tag to publish to.`,
    {
      remedy: "Write `oci://REGISTRY/NAME:TAG`.",
    },
  );
}

function readPackageFile(file: string, { machine }: CommandCall): SourcePackage {
  const found =
    machine.files.kindOf(file) === "file" ? readSource(file, ".", machine.files) : undefined;
  if (found?.kind === "package") return found;
  throw new CliError("ERR_FILE_MISSING", "There is no package here.", {
    place: { file },
    remedy: `Run \`glovebox pack\`, and name the file that it wrote${found ? ` instead of ${shownPath(file)}` : ""}.`,
  });
}

/** What nobody could add is not published either. */
function openPackageFile({ file, package: bytes }: SourcePackage) {
  try {
    return openPackage(bytes, rulesOf(NO_TRUST));
  } catch (error) {
    throw located(error, { file });
  }
}

/** Who signed is for operators to judge. That it is these bytes can be seen here, before others are refused. */
function assertFits({ file, format, bytes }: SignatureFile, actual: PluginStatement): void {
  if (format !== "sigstore") return;
  const signed = statementOf(bytes, file);
  if (signed === undefined || digestOf(signed) === digestOf(actual)) return;
  const what = `${signed.name} ${signed.version}`;
  const message = `The signature is of ${what} with the component ${signed.digests.component}.`;
  throw new RegistryError("ERR_PUBLISH_SIGNATURE", message, { place: { file } });
}

/** What a bundle states of a plugin. Undefined when it states something else, such as how it was built. */
function statementOf(bundle: Uint8Array, file: string): PluginStatement | undefined {
  try {
    const { payload } = parseBundle(bundle);
    const stated = collectReasons([() => parseStatement(payload)]);
    return stated.length > 0 ? undefined : parseStatement(payload);
  } catch (error) {
    throw located(error, { file });
  }
}
