import path from "node:path";
import { AtRestError } from "../../at-rest/errors.ts";
import { findPlain } from "../../powers/beneath/seal-plain-folder.ts";
import { isPlainKeyValue } from "../../powers/key-value-file.ts";
import { countPlainRecords } from "../../powers/keys/plain-records.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import type { Workspace } from "../../workspace.ts";
import { makeFolderShelf } from "./folder-shelf.ts";

/** A folder in which plugins keep what is one tenant's, in one profile. */
export interface DataFolder {
  /** Absolute; its folders are plugins'. */
  readonly folder: string;
  /** The tenant's own folder; undefined for the local tenant. */
  readonly tenant: string | undefined;
}

/** Every folder of plugins' own data that is there: of the local tenant, and of all others. */
export function listDataFolders(
  { folder }: Workspace["paths"],
  files: Pick<FilePowers, "list" | "kindOf">,
): readonly DataFolder[] {
  const below = (root: string, tenant: string | undefined): readonly DataFolder[] => [
    { folder: path.join(root, "data"), tenant },
    ...files
      .list(path.join(root, "profiles"))
      .map((profile) => ({ folder: path.join(root, "profiles", profile, "data"), tenant })),
  ];
  const tenants = files.list(path.join(folder, "tenants"));
  return [
    ...below(folder, undefined),
    ...tenants.flatMap((name) => below(path.join(folder, "tenants", name), name)),
  ].filter((each) => files.kindOf(each.folder) === "folder");
}

/** Makes sure that nothing lies here unencrypted from before. Throws `ERR_AT_REST_PLAIN`, and names the first that does. */
export function assertSealed({ paths }: Workspace, files: Looks): void {
  for (const { folder } of listDataFolders(paths, files))
    for (const alias of files.list(folder)) {
      const home = path.join(folder, alias);
      const file = isPlainStore(home, files) ? home : findPlain(path.join(home, "files"));
      if (file === undefined) continue;
      const message =
        "A plugin's data lies here unencrypted, from before `encryption` or besides it.";
      throw new AtRestError("ERR_AT_REST_PLAIN", message, { place: { file } });
    }
  if (countPlainRecords(paths.sharedFile) === 0) return;
  throw new AtRestError(
    "ERR_AT_REST_PLAIN",
    "Tasks or waiting approvals lie here unencrypted, from before `encryption`.",
    { place: { file: paths.sharedFile } },
  );
}

/**
 * Makes sure that without `encryption` nothing here is encrypted: what plugins keep would be written in clear beside it.
 * Throws `ERR_AT_REST_SEALED`.
 */
export function assertNeverSealed({ paths }: Workspace, machine: Shelves): void {
  if (makeFolderShelf(paths.tenantKeyFolder, machine).list().length === 0) return;
  const message = "Tenants' data is encrypted here, and the section `encryption` is missing.";
  throw new AtRestError("ERR_AT_REST_SEALED", message, {
    place: { file: paths.configFile, path: "encryption" },
  });
}

type Shelves = Parameters<typeof makeFolderShelf>[1];
type Looks = Pick<FilePowers, "list" | "kindOf" | "readPieces">;

/** Whether a plugin's store, in its own folder, is there and not encrypted. */
export function isPlainStore(home: string, files: Looks): boolean {
  const file = path.join(home, "kv.sqlite");
  if (files.kindOf(file) !== "file") return false;
  for (const piece of files.readPieces(file)) return isPlainKeyValue(piece);
  return false;
}
