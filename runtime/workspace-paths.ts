import { createHash } from "node:crypto";
import path from "node:path";
import type { Digest, Signer } from "./plugin/formats.ts";
import { signerId } from "./plugin/signer.ts";
import type { ChangeRecord } from "./supply/file-powers.ts";

/** Where everything of one workspace lives: beside the configuration, and in `.glovebox` next to it. */
export interface WorkspacePaths {
  readonly configFile: string;
  readonly lockFile: string;
  /** The folder of the configuration: relative sources start here. */
  readonly root: string;
  readonly folder: string;
  readonly cacheFolder: string;
  readonly auditFile: string;
  /** Hashes of API keys, where the configuration names no other file. */
  readonly keysFile: string;
  /** The configuration's JSON Schema, for editors: the configuration's first line names it. */
  readonly schemaFile: string;
  /** Held while a command changes the workspace. */
  readonly busyFile: string;
  /** Held by every process that serves plugins with, or without, the section `encryption`. */
  servingFile(how: "sealed" | "plain"): string;
  /** The intent to replace configuration and lockfile together. Nobody finds it but after a crash. */
  readonly changeFile: string;
  /** Approved packages and signatures, by digest: one package may be installed under several names and signers. */
  readonly storeFolder: string;
  packageFile(digest: Digest): string;
  bundleFile(digest: Digest, signer: Signer): string;
  /** What the same signer attested of the build. */
  attestationFile(digest: Digest, signer: Signer): string;
  /** The last run of the probes. */
  readonly probesFile: string;
  /** What the processes of this workspace share: questions, approvals, who has read what. */
  readonly sharedFile: string;
  /** Which plugins' own data holds what strangers wrote: kept beside it. */
  readonly taintFolder: string;
  /** Wrapped keys of tenants, and which were erased: without the keys that wrap them they open nothing. */
  readonly tenantKeyFolder: string;
  /** All that the plugins of one tenant keep. The local tenant's lies beside the others': `data` and `profiles`. */
  tenantFolder(tenant: string): string;
  /** The folder of one plugin's own state, in each profile another. */
  homeFolder(alias: string, profile?: string, tenant?: string): string;
}

export function workspacePaths(configFile: string): WorkspacePaths {
  const root = path.dirname(configFile);
  const folder = path.join(root, ".glovebox");
  const storeFolder = path.join(folder, "store");
  const plain = (digest: Digest): string => digest.replace(":", "-");
  return {
    configFile,
    lockFile: path.join(root, "glovebox.lock.json"),
    root,
    folder,
    cacheFolder: path.join(folder, "cache"),
    auditFile: path.join(folder, "audit.jsonl"),
    keysFile: path.join(folder, "keys.json"),
    schemaFile: path.join(folder, "glovebox.schema.json"),
    busyFile: path.join(folder, "busy"),
    servingFile: (how) => path.join(folder, `serving-${how}`),
    changeFile: path.join(folder, "change.json"),
    storeFolder,
    packageFile: (digest) => path.join(storeFolder, `${plain(digest)}.tgz`),
    bundleFile: (digest, signer) => {
      const ending = signer.kind === "minisign" ? "minisig" : "sigstore.json";
      return path.join(storeFolder, `${plain(digest)}.${plain(signerId(signer))}.${ending}`);
    },
    attestationFile: (digest, signer) =>
      path.join(storeFolder, `${plain(digest)}.${plain(signerId(signer))}.build.sigstore.json`),
    probesFile: path.join(folder, "probes.json"),
    sharedFile: path.join(folder, "shared.db"),
    taintFolder: path.join(folder, "taint"),
    tenantKeyFolder: path.join(folder, "tenant-keys"),
    tenantFolder: (tenant) => path.join(folder, "tenants", tenantFolder(tenant)),
    homeFolder: (alias, profile, tenant) =>
      path.join(
        folder,
        ...(tenant === undefined ? [] : ["tenants", tenantFolder(tenant)]),
        ...(profile === undefined ? [] : ["profiles", profile]),
        "data",
        alias,
      ),
  };
}

const SLUG_CHARS_MAX = 24;
const DIGEST_CHARS = 40;

/**
 * A tenant's folder: a token may have brought the name, so it is a digest that no other name has, on no system that folds
 * cases or letters either; before it stands what of the name is plain, for whoever looks for it.
 */
function tenantFolder(tenant: string): string {
  const digest = createHash("sha256").update(tenant).digest("hex").slice(0, DIGEST_CHARS);
  const slug =
    tenant
      .toLowerCase()
      .match(/[a-z0-9]+/g)
      ?.join("-")
      .slice(0, SLUG_CHARS_MAX) ?? "";
  return `${slug === "" ? "tenant" : slug}-${digest}`;
}

/** Where a change of configuration and lockfile together is written down. */
export function changeRecord({ changeFile, busyFile }: WorkspacePaths): ChangeRecord {
  return { file: changeFile, lockFile: busyFile };
}
