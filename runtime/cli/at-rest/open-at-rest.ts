import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ErasureSetting } from "../../at-rest/erase-key.ts";
import { AtRestError } from "../../at-rest/errors.ts";
import type { KeyProvider } from "../../at-rest/key-provider.ts";
import { makeTenantKeys } from "../../at-rest/make-tenant-keys.ts";
import type { TenantKeys } from "../../at-rest/tenant-keys.ts";
import { makeTenantVault, type TenantVault } from "../../server/store/tenant-vault.ts";
import { makeSharedShelf } from "../../server/store/shared-shelf.ts";
import type { SharedStore } from "../../server/store/shared-store.ts";
import { resolveLinks } from "../../powers/file-facts.ts";
import type { Workspace } from "../../workspace.ts";
import type { Machine } from "../machine.ts";
import { makeFolderShelf } from "./folder-shelf.ts";

/** What encrypts the tenants' data of a workspace. */
export interface AtRest {
  readonly keys: TenantKeys;
  readonly vault: TenantVault;
  readonly provider: KeyProvider;
  /** What an erasure needs of it. */
  readonly erasure: ErasureSetting;
}

/**
 * Opens what the section `encryption` names; undefined without one. Asks nobody for a key yet.
 *
 * @throws AtRestError `ERR_KEY_FOLDER` for keys that would lie in the workspace, with the data that they open
 */
export async function openAtRest(
  { configuration, paths }: Workspace,
  machine: Machine,
  store: SharedStore,
): Promise<AtRest | undefined> {
  const { encryption, server } = configuration;
  if (!encryption) return undefined;
  const provider = await openProvider(encryption.keys, paths.root, machine);
  const folder = makeFolderShelf(paths.tenantKeyFolder, machine);
  // Without a Redis whoever shares the store shares the folder.
  const shared = server.store.kind === "redis" ? { shared: makeSharedShelf(store) } : {};
  const monotonicMs = (): number => performance.now();
  const keys = makeTenantKeys({ provider, folder, ...shared, monotonicMs });
  return {
    keys,
    provider,
    vault: makeTenantVault(keys, store),
    erasure: { provider, folder, ...shared, sleep },
  };
}

async function openProvider(
  keys: NonNullable<Workspace["configuration"]["encryption"]>["keys"],
  root: string,
  machine: Machine,
): Promise<KeyProvider> {
  if ("file" in keys) {
    verifyOutside(keys.file, root);
    const { openFileKeys } = await import("../../powers/keys/file-keys.ts");
    return openFileKeys(keys.file);
  }
  const { openPkcs11Keys } = await import("../../powers/keys/pkcs11-keys.ts");
  const { module, token, pin } = keys.pkcs11;
  const pinVariable = pin.startsWith("env:") ? pin.slice("env:".length) : undefined;
  const readPin = (): string => machine.powers.readSecret(pin);
  return openPkcs11Keys({ module, token, readPin, pinVariable });
}

/** A copy of the workspace would be a copy of its keys. */
function verifyOutside(folder: string, root: string): void {
  const [keys, workspace] = [resolveLinks(folder), resolveLinks(root)];
  const isWithin = (inner: string, outer: string): boolean =>
    inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep);
  if (!isWithin(keys, workspace) && !isWithin(workspace, keys)) return;
  throw new AtRestError(
    "ERR_KEY_FOLDER",
    "The folder of keys lies in the workspace, or around it: who copies the data copies its keys.",
    { remedy: "Name a folder elsewhere as `encryption.keys.file`, and leave it out of backups." },
  );
}
