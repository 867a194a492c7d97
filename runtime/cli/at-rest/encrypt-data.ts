import path from "node:path";
import type { DataKey, SealOptions } from "@glovebox/host-api/powers";
import { AtRestError } from "../../at-rest/errors.ts";
import { LOCAL_TENANT } from "../../policy/principal.ts";
import { findPlain, sealPlainFolder } from "../../powers/beneath/seal-plain-folder.ts";
import { dropPlainRecords } from "../../powers/keys/plain-records.ts";
import { sealKeyValue } from "../../powers/keys/seal-key-value.ts";
import { readKeys } from "../../server/auth/api-keys.ts";
import type { Workspace } from "../../workspace.ts";
import { keysFileOf } from "../commands/key.ts";
import type { Machine } from "../machine.ts";
import { isPlainStore, listDataFolders } from "./assert-sealed.ts";
import type { AtRest } from "./open-at-rest.ts";

export interface Encrypted {
  readonly stores: number;
  readonly folders: number;
  /** Tasks and waiting approvals from before, which are deleted: they end by themselves within days. */
  readonly deleted: number;
}

/**
 * Seals every store and folder that was kept before, each beside its place and then put there: killed at any moment, each
 * is whole, the old one or the new one, and it may be run again.
 *
 * @throws AtRestError `ERR_AT_REST_PLAIN` for data of a tenant whose name nobody here knows
 */
export async function encryptData(
  { keys }: AtRest,
  workspace: Workspace,
  machine: Machine,
): Promise<Encrypted> {
  const { paths } = workspace;
  const { files } = machine;
  const names = tenantNames(workspace, machine);
  let stores = 0;
  let folders = 0;
  for (const { folder, tenant } of listDataFolders(paths, files)) {
    const root = tenant === undefined ? paths.folder : path.join(paths.folder, "tenants", tenant);
    for (const alias of files.list(folder)) {
      const home = path.join(folder, alias);
      const ownFiles = path.join(home, "files");
      const isStore = isPlainStore(home, files);
      const isFolder = findPlain(ownFiles) !== undefined;
      if (!isStore && !isFolder) continue;
      const name = tenant === undefined ? LOCAL_TENANT : names.get(tenant);
      if (name === undefined) {
        const message =
          "Unencrypted data belongs to a tenant whose name is not among the API keys.";
        throw new AtRestError("ERR_AT_REST_PLAIN", message, {
          place: { file: home },
          remedy: "Move it away, or make an API key for that tenant and run this again.",
        });
      }
      const key: DataKey = await keys.keyOf(name);
      const store = path.relative(root, home).replaceAll(path.sep, "/");
      const seal: SealOptions = { key, store };
      if (isStore) sealKeyValue(path.join(home, "kv.sqlite"), seal);
      if (isFolder) await sealPlainFolder(ownFiles, seal);
      stores += Number(isStore);
      folders += Number(isFolder);
    }
  }
  return { stores, folders, deleted: dropPlainRecords(paths.sharedFile) };
}

/** Names by their folders: a folder's own name does not tell. */
function tenantNames(workspace: Workspace, machine: Machine): ReadonlyMap<string, string> {
  const file = keysFileOf(workspace);
  const known = machine.files.kindOf(file) === "file" ? readKeys(file, machine.privateFiles) : [];
  return new Map(
    known.map(({ tenant }) => [path.basename(workspace.paths.tenantFolder(tenant)), tenant]),
  );
}
