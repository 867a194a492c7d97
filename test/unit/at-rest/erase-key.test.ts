import assert from "node:assert/strict";
import { test } from "node:test";
import { eraseKey, type ErasureSetting } from "../../../runtime/at-rest/erase-key.ts";
import { openValue, sealValue, tenantDigest } from "../../../runtime/at-rest/seal.ts";
import { atRest, KeyRoom } from "../../helpers/key-room.ts";

const TENANT = "acme";
const DIGEST = tenantDigest(TENANT);
const PLACE = { tenant: DIGEST, store: "kv", name: "colour" };

class Killed extends Error {}

/** The same, but killed before or after the change with this number, as a process is that gets no further. */
function killAt(setting: ErasureSetting, number: number, when: "before" | "after") {
  let changes = 0;
  let isDead = false;
  const wrap = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get: (whole, name) => {
        const member: unknown = Reflect.get(whole, name);
        if (typeof member !== "function") return member;
        const isChange = /^(destroy|remove|write|keep|add|renew|create)/.test(String(name));
        return (...words: unknown[]): unknown => {
          if (isDead) throw new Killed();
          changes += isChange ? 1 : 0;
          const isNow = isChange && changes === number;
          isDead ||= isNow;
          if (isNow && when === "before") throw new Killed();
          const answer: unknown = Reflect.apply(member, whole, words);
          if (!isNow) return answer;
          if (!(answer instanceof Promise)) throw new Killed();
          return answer.then(() => Promise.reject(new Killed()));
        };
      },
    });
  const { provider, folder, shared, sleep } = setting;
  return {
    setting: {
      provider: wrap(provider),
      folder: wrap(folder),
      ...(shared ? { shared: wrap(shared) } : {}),
      sleep,
    },
    wasKilled: () => isDead,
  };
}

test("an erasure that is killed at any change goes on when it is repeated, and never leaves a key that is said to be gone", async () => {
  for (const isShared of [false, true])
    for (const when of ["before", "after"] as const)
      for (let number = 1; ; number += 1) {
        using room = new KeyRoom();
        const shared = isShared ? { shared: room.shared } : {};
        const key = await room.open(shared).keyOf(TENANT);
        await room.open(shared).keyOf("acme-two");
        // A second wrapping key, as a process leaves one that was killed while it made it.
        await room.provider.create(`${DIGEST}-${"0".repeat(32)}`);
        const sealed = sealValue(key.bytes(), Buffer.from("blue"), PLACE);
        const setting: ErasureSetting = {
          provider: room.provider,
          folder: room.folder(),
          ...shared,
          sleep: async () => undefined,
        };
        const killed = killAt(setting, number, when);
        const first = await eraseKey(killed.setting, DIGEST).catch((error: unknown) => error);
        if (!killed.wasKilled()) {
          assert.ok(number > 3, `${number} changes`);
          assert.ok(!(first instanceof Error), String(first));
          break;
        }
        assert.ok(first instanceof Killed);
        // Whatever it left: a fresh process has the key whole, or has none.
        const between = await room
          .open(shared)
          .keyOf(TENANT)
          .catch((error: unknown) => error);
        if (between instanceof Error)
          assert.ok(atRest("ERR_TENANT_KEY_GONE")(between), String(between));
        else openValue((between as typeof key).bytes(), sealed, PLACE);

        const again = await eraseKey(setting, DIGEST);
        assert.equal(again.records, 1);
        assert.deepEqual(await room.provider.list(DIGEST), []);
        await assert.rejects(room.open(shared).keyOf(TENANT), atRest("ERR_TENANT_KEY_GONE"));
        assert.equal((await room.open(shared).keyOf("acme-two")).bytes().length, 32);
        const third = await eraseKey(setting, DIGEST);
        assert.equal(third.destroyed, 0);
      }
});

test("says what it saw: keys that were destroyed, records that no longer open, a sample that is refused", async () => {
  using room = new KeyRoom();
  await room.open().keyOf(TENANT);
  const setting = { provider: room.provider, folder: room.folder(), sleep: async () => undefined };
  assert.deepEqual(await eraseKey(setting, DIGEST), {
    destroyed: 1,
    records: 1,
    sampleRefused: true,
  });
});

test("a provider that keeps what it was to destroy, or is another than the record's, is not believed", async () => {
  using room = new KeyRoom();
  await room.open().keyOf(TENANT);
  const folder = room.folder();
  const sleep = async (): Promise<void> => undefined;
  const keeping = { ...room.provider, destroy: async () => undefined };
  await assert.rejects(
    eraseKey({ provider: keeping, folder, sleep }, DIGEST),
    atRest("ERR_KEY_PROVIDER"),
  );
  const hiding = { ...keeping, list: async () => [] };
  await assert.rejects(
    eraseKey({ provider: hiding, folder, sleep }, DIGEST),
    atRest("ERR_KEY_PROVIDER"),
  );
  const other = { ...room.provider, kind: "pkcs11" as const };
  await assert.rejects(
    eraseKey({ provider: other, folder, sleep }, DIGEST),
    atRest("ERR_TENANT_KEY_RECORD"),
  );
  assert.equal((await room.open().keyOf(TENANT)).bytes().length, 32);
});
