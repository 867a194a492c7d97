import { reasonsOf } from "../../errors.ts";
import type { Workspace } from "../../workspace.ts";
import { assertNeverSealed, assertSealed } from "../at-rest/assert-sealed.ts";
import { openAtRest } from "../at-rest/open-at-rest.ts";
import type { Machine } from "../machine.ts";
import { openStore } from "../serving/open-store.ts";
import { toCheck, type Check } from "./check.ts";

/** Whether a start could encrypt as it is configured. */
export async function checkKeys(workspace: Workspace, machine: Machine): Promise<readonly Check[]> {
  const name = "encryption";
  try {
    const says = await assertKeys(workspace, machine);
    return says === undefined ? [] : [{ name, state: "ok", says }];
  } catch (error) {
    return reasonsOf(error).map((reason) => toCheck(name, "failed", reason));
  }
}

/**
 * Makes sure that whoever holds the tenants' keys answers, and that nothing lies here unencrypted, or without `encryption`
 * encrypted. Says who holds them; undefined without `encryption`. No key is made or opened. Throws `AtRestError`.
 */
export async function assertKeys(
  workspace: Workspace,
  machine: Machine,
): Promise<string | undefined> {
  const { store } = openStore(workspace, machine);
  try {
    const atRest = await openAtRest(workspace, machine, store);
    if (!atRest) {
      assertNeverSealed(workspace, machine);
      return undefined;
    }
    try {
      assertSealed(workspace, machine.files);
      return await atRest.provider.check();
    } finally {
      await atRest.keys.close();
    }
  } finally {
    await store.close();
  }
}
