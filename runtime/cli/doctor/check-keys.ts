import { reasonsOf } from "../../errors.ts";
import type { Workspace } from "../../workspace.ts";
import { assertNeverSealed, assertSealed } from "../at-rest/assert-sealed.ts";
import { openAtRest } from "../at-rest/open-at-rest.ts";
import type { Machine } from "../machine.ts";
import { openStore } from "../serving/open-store.ts";
import { toCheck, type Check } from "./check.ts";

/** Whether whoever holds the tenants' keys answers, and nothing lies there unencrypted. No key is made or opened. */
export async function checkKeys(workspace: Workspace, machine: Machine): Promise<readonly Check[]> {
  const name = "encryption";
  const { store } = openStore(workspace, machine);
  try {
    const atRest = await openAtRest(workspace, machine, store);
    if (!atRest) {
      assertNeverSealed(workspace, machine);
      return [];
    }
    try {
      assertSealed(workspace, machine.files);
      return [{ name, state: "ok", says: await atRest.provider.check() }];
    } finally {
      await atRest.keys.close();
    }
  } catch (error) {
    return reasonsOf(error).map((reason) => toCheck(name, "failed", reason));
  } finally {
    await store.close();
  }
}
