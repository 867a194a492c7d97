import { AtRestError } from "../../at-rest/errors.ts";
import { parseRecord, unwrapKey } from "../../at-rest/key-record.ts";
import { tenantDigest } from "../../at-rest/seal.ts";
import { LOCAL_TENANT } from "../../policy/principal.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import type { WorkspacePaths } from "../../workspace-paths.ts";
import type { AtRest } from "./open-at-rest.ts";

export interface ListedTenant {
  /** Null where its key does not open: the name stands inside. */
  readonly name: string | null;
  readonly digest: string;
  /** `open`, the code of why not, or in words why there is no key. */
  readonly state: string;
}

/** Every tenant that has a key on this machine, by name, then those that do not open, and folders: all there is without encryption. */
export async function listTenants(
  atRest: AtRest | undefined,
  paths: WorkspacePaths,
  files: Pick<FilePowers, "list">,
): Promise<readonly ListedTenant[]> {
  const found = atRest ? await readKeys(atRest) : [];
  const known = new Set(found.map(({ name }) => name));
  const local = tenantDigest(LOCAL_TENANT);
  const unnamed = files
    .list(`${paths.folder}/tenants`)
    .filter((folderName) => ![...known].some((name) => isFolderOf(paths, name, folderName)));
  return [
    ...found
      .map((each) => (each.digest === local ? { ...each, name: LOCAL_TENANT } : each))
      .toSorted((left, right) => ((left.name ?? "\u{10FFFF}") < (right.name ?? "") ? -1 : 1)),
    ...unnamed.map((folderName) => ({
      name: null,
      digest: folderName,
      state: atRest ? "folder without a key" : "not encrypted",
    })),
  ];
}

async function readKeys({ erasure: { folder, provider } }: AtRest): Promise<ListedTenant[]> {
  const found: ListedTenant[] = [];
  for (const digest of folder.list()) {
    try {
      const record = parseRecord(folder.read(digest) ?? "", digest);
      const { name, dataKey } = await unwrapKey(provider, record);
      dataKey.fill(0);
      found.push({ name, digest, state: "open" });
    } catch (error) {
      if (!(error instanceof AtRestError)) throw error;
      found.push({ name: null, digest, state: error.code });
    }
  }
  return found;
}

function isFolderOf(paths: WorkspacePaths, name: string | null, folder: string): boolean {
  return name !== null && paths.tenantFolder(name).endsWith(`/${folder}`);
}
