// node test/bench/processor-time.ts: who uses the processor for a call, the server or broker, or what runs below it.
import { makeSharedMachine } from "../helpers/run-glovebox.ts";
import { cGuestPackage, GUEST_FOLDER } from "../helpers/c-guest.ts";
import { fixturePackage } from "../helpers/fixture-package.ts";
import { bundleServer } from "./contestants.ts";
import { listedName } from "./guest-tools.ts";
import { LineClient, type Command } from "./line-client.ts";
import { processorSecondsByPart } from "./processes.ts";
import { makeWorkspace, type SealedWorkspace } from "./sealed-workspaces.ts";
import { CALLS } from "./turns.ts";

const WARM_UP_MS = 2000;
const LASTS_MS = 5000;

const shared = await makeSharedMachine();
const workspaces: SealedWorkspace[] = [];
try {
  await measure("plain", {
    command: process.execPath,
    args: [await bundleServer("plain-server"), "1"],
  });
  const guests = {
    c: cGuestPackage,
    quickjs: () => fixturePackage(GUEST_FOLDER, "quickjs"),
    spidermonkey: () => fixturePackage(GUEST_FOLDER, "spidermonkey"),
  };
  for (const [name, build] of Object.entries(guests)) {
    const workspace = await makeWorkspace(await build(), 1, shared.machine);
    workspaces.push(workspace);
    await measure(name, workspace.command);
  }
} finally {
  for (const workspace of workspaces) workspace.remove();
  await shared.close();
}

async function measure(name: string, command: Command): Promise<void> {
  const client = await LineClient.open(command);
  try {
    for (const inFlight of [1, 32]) {
      await callFor(client, inFlight, WARM_UP_MS);
      const before = processorSecondsByPart(client.pid);
      const calls = await callFor(client, inFlight, LASTS_MS);
      const after = processorSecondsByPart(client.pid);
      const us = (part: "server" | "below"): string =>
        (((after[part] - before[part]) / calls) * 1e6).toFixed(0);
      console.log(
        `${name}, ${inFlight} in flight: server ${us("server")}, below ${us("below")} us`,
      );
    }
  } finally {
    await client.close();
  }
}

/** How many calls were answered. */
async function callFor(client: LineClient, inFlight: number, lastsMs: number): Promise<number> {
  const endMs = performance.now() + lastsMs;
  let calls = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const { isError } = await client.call(listedName(0, "convert"), CALLS.convert);
      if (isError) throw new Error("a call failed");
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return calls;
}
