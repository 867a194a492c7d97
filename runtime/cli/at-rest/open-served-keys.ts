import { LOCAL_TENANT } from "../../policy/principal.ts";
import type { SharedStore } from "../../server/store/shared-store.ts";
import { PLAIN_VAULT, type TenantVault } from "../../server/store/tenant-vault.ts";
import type { Workspace } from "../../workspace.ts";
import type { Machine } from "../machine.ts";
import type { OpenedKeys } from "../serving/tenant-plugins.ts";
import { assertNeverSealed, assertSealed } from "./assert-sealed.ts";
import { openAtRest } from "./open-at-rest.ts";
import { holdServing } from "./presence.ts";

/** What a runtime encrypts with. */
export interface ServedKeys {
  /** Undefined where nothing is encrypted. */
  readonly keys: OpenedKeys | undefined;
  readonly vault: TenantVault;
  readonly close: () => Promise<void>;
}

/**
 * Opens the keys of tenants for a start: asks for the local tenant's, so that a provider that does not answer stops the
 * start, and sees to it that nothing lies there unencrypted, or without `encryption` encrypted. Throws `AtRestError`.
 */
export async function openServedKeys(
  workspace: Workspace,
  machine: Machine,
  store: SharedStore,
): Promise<ServedKeys> {
  const atRest = await openAtRest(workspace, machine, store);
  // Before it looks at what lies there: from here on nobody seals or erases what this one would write in clear.
  const release = await holdServing(workspace.paths, machine.files, atRest ? "sealed" : "plain");
  const close = async (): Promise<void> => {
    release();
    await atRest?.keys.close();
  };
  try {
    if (!atRest) {
      assertNeverSealed(workspace, machine);
      return { keys: undefined, vault: PLAIN_VAULT, close };
    }
    const { keys, vault } = atRest;
    assertSealed(workspace, machine.files);
    const own = await keys.keyOf(LOCAL_TENANT);
    return { keys: { keys, own }, vault, close };
  } catch (error) {
    await close();
    throw error;
  }
}
