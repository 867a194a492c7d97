// The fixture guest added, approved and served like any plugin: every call finds its state untouched.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { LineClient } from "../bench/line-client.ts";
import { makeWorkspace, type SealedWorkspace } from "../bench/sealed-workspaces.ts";
import { CAN_COMPILE_C, cGuestPackage, GUEST_FOLDER } from "../helpers/c-guest.ts";
import { fixturePackage } from "../helpers/fixture-package.ts";
import { makeSharedMachine } from "../helpers/run-glovebox.ts";

const GUESTS = {
  ...(CAN_COMPILE_C && { c: cGuestPackage }),
  quickjs: () => fixturePackage(GUEST_FOLDER, "quickjs"),
  spidermonkey: () => fixturePackage(GUEST_FOLDER, "spidermonkey"),
};

const served = new Map<
  string,
  { readonly workspace: SealedWorkspace; readonly client: LineClient }
>();

before(async () => {
  const shared = await makeSharedMachine();
  try {
    for (const [name, pack] of Object.entries(GUESTS)) {
      const workspace = await makeWorkspace(await pack(), 1, shared.machine);
      served.set(name, { workspace, client: await LineClient.open(workspace.command) });
    }
  } finally {
    await shared.close();
  }
});

after(async () => {
  for (const { workspace, client } of served.values()) {
    await client.close();
    workspace.remove();
  }
});

for (const name of Object.keys(GUESTS)) {
  const call = (tool: string, args: object) =>
    served.get(name)!.client.call(`guest__${tool}`, args);
  const untouched = async (): Promise<void> => {
    const { structuredContent } = await call("count", { text: "left behind" });
    assert.deepEqual(structuredContent, { global: 1, memory: 1, last: "" });
  };

  test(`${name}: no call sees what a call, an error, growth or a trap before it left`, async () => {
    await untouched();
    await untouched();
    assert.equal((await call("fail", { message: "as asked" })).isError, true);
    await untouched();
    assert.deepEqual((await call("grow", { pages: 40 })).structuredContent, { pages: 40 });
    await untouched();
    assert.equal((await call("trap", { how: "unreachable" })).isError, true);
    await untouched();
  });

  test(`${name}: what the host keeps is there in the next call`, async () => {
    await call("note", { key: name, text: "one" });
    const { structuredContent } = await call("note", { key: name, text: "two" });
    assert.deepEqual(structuredContent, { before: "one" });
    assert.ok(Number((await call("now", {})).structuredContent?.["now"]) > 1_700_000_000_000);
  });

  test(`${name}: more memory than its limit is refused, and the next call is served`, async () => {
    assert.equal((await call("grow", { pages: 65_536 })).isError, true);
    await untouched();
  });
}
