import path from "node:path";
import { isJsonObject } from "@glovebox/host-api/json";
import { eraseKey, type ErasedKey } from "../../at-rest/erase-key.ts";
import { AtRestError } from "../../at-rest/errors.ts";
import { parseRecord } from "../../at-rest/key-record.ts";
import { tenantDigest } from "../../at-rest/seal.ts";
import { LOCAL_TENANT } from "../../policy/principal.ts";
import { countRecords, deleteRecords } from "../../server/store/tenant-vault.ts";
import type { SharedStore } from "../../server/store/shared-store.ts";
import type { FilePowers } from "../../supply/file-powers.ts";
import type { WorkspacePaths } from "../../workspace-paths.ts";
import { listDataFolders } from "./assert-sealed.ts";
import type { AtRest } from "./open-at-rest.ts";

const TAINT_BYTES_MAX = 4096;

export interface ErasureParts {
  readonly atRest: AtRest;
  readonly paths: WorkspacePaths;
  readonly store: SharedStore;
  readonly files: FilePowers;
}

/** What there is of a tenant, before an erasure. */
export interface TenantTraces {
  readonly wrappingKeys: number;
  readonly hasRecord: boolean;
  readonly folders: readonly string[];
  readonly marks: readonly string[];
  readonly records: number;
  /** Whether it was erased before, among the last that were. */
  readonly wasErased: boolean;
}

export interface Erased extends ErasedKey {
  readonly foldersDeleted: number;
  readonly recordsDeleted: number;
}

/** Looks for everything of a tenant's. Throws what the provider and the store throw. */
export async function findTraces(parts: ErasureParts, tenant: string): Promise<TenantTraces> {
  const { atRest, store } = parts;
  const { provider, folder, shared } = atRest.erasure;
  const digest = tenantDigest(tenant);
  const erasures = [folder.readErasures(), await shared?.readErasures()];
  const record = folder.read(digest) ?? (await shared?.read(digest));
  return {
    wrappingKeys: (await provider.list(digest)).length,
    hasRecord: record !== undefined,
    folders: foldersOf(parts, tenant),
    marks: marksOf(parts, tenant),
    records: await countRecords(store, digest),
    wasErased: erasures.some((each) => each?.last.includes(digest) === true),
  };
}

export function isNothing({ wrappingKeys, hasRecord, folders, marks, records }: TenantTraces) {
  return wrappingKeys + folders.length + marks.length + records === 0 && !hasRecord;
}

/**
 * Erases a tenant: first its keys, which is the erasure; then, when no process uses them any more, what they had sealed; at
 * last the record of the key that is gone, so that meanwhile nobody makes another. `onDestroyed` is told after the first step.
 * Killed at any moment it may be run again, and goes on. Throws before anything is deleted where the keys may still be there.
 */
export async function eraseTenant(
  parts: ErasureParts,
  tenant: string,
  onDestroyed: (erased: ErasedKey) => void,
): Promise<Erased> {
  const { atRest, files, store } = parts;
  const { provider, folder, shared } = atRest.erasure;
  const digest = tenantDigest(tenant);
  const erased = await eraseKey(atRest.erasure, digest);
  onDestroyed(erased);
  const folders = foldersOf(parts, tenant);
  for (const each of [...folders, ...marksOf(parts, tenant)]) files.remove(each);
  const recordsDeleted = await deleteRecords(store, digest);
  await folder.withLock(async () => {
    // Where there was no record before, nothing kept the tenant from coming back meanwhile: its new key stays.
    const there = await provider.list(digest);
    const isOver = (text: string | undefined): boolean => !there.includes(keyOf(text, digest));
    if (shared && isOver(await shared.read(digest))) await shared.remove(digest);
    if (isOver(folder.read(digest))) folder.remove(digest);
  });
  return { ...erased, foldersDeleted: folders.length, recordsDeleted };
}

/** The wrapping key that a record names; empty where there is none, or it is damaged. */
function keyOf(text: string | undefined, digest: string): string {
  try {
    return text === undefined ? "" : parseRecord(text, digest).key;
  } catch (error) {
    if (error instanceof AtRestError) return "";
    throw error;
  }
}

/** Every folder with a tenant's data that is there. */
function foldersOf({ paths, files }: ErasureParts, tenant: string): readonly string[] {
  if (tenant === LOCAL_TENANT)
    return listDataFolders(paths, files).flatMap((each) =>
      each.tenant === undefined ? [each.folder] : [],
    );
  const folder = paths.tenantFolder(tenant);
  return files.kindOf(folder) === "nothing" ? [] : [folder];
}

/** Files that say which of the tenant's stores hold what strangers wrote. */
function marksOf({ paths, files }: ErasureParts, tenant: string): readonly string[] {
  const own = path.relative(paths.folder, paths.tenantFolder(tenant)).replaceAll(path.sep, "/");
  const isOwn = (store: string): boolean =>
    tenant === LOCAL_TENANT ? /^(data|profiles)\//.test(store) : store.startsWith(`${own}/`);
  return files
    .list(paths.taintFolder)
    .map((name) => path.join(paths.taintFolder, name))
    .filter((file) => {
      const store = readMark(file, files);
      return store !== undefined && isOwn(store);
    });
}

function readMark(file: string, files: FilePowers): string | undefined {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder().decode(files.readFile(file, TAINT_BYTES_MAX)),
    );
    const store = isJsonObject(value) ? value["store"] : undefined;
    return typeof store === "string" ? store : undefined;
  } catch {
    // Nobody's: it stays, and taints whatever it names.
    return undefined;
  }
}

export function nothingKnown(): AtRestError {
  return new AtRestError("ERR_TENANT_UNKNOWN", "Nothing of this tenant is kept here.");
}
