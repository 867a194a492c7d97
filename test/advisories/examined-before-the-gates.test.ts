import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import type { Machine } from "../../runtime/cli/machine.ts";
import { makeMachine } from "../../runtime/cli/make-machine.ts";
import type { Seal } from "../../runtime/sandbox/sandbox.ts";
import { generateKey } from "../../runtime/supply/signatures/keys.ts";
import { codesOfRejection } from "../helpers/refusals.ts";
import { signPackage } from "../helpers/packed-plugin.ts";
import { makeScratchWorkspace, tinyPlugin } from "../helpers/scratch-workspace.ts";

const UNSEALED: Seal = {
  name: "none",
  denied: [],
  allowed: ["everything"],
  remarks: [],
  measures: [],
};
const SEALED: Seal = {
  name: "bubblewrap",
  denied: ["everything"],
  allowed: [],
  remarks: [],
  measures: [],
};

/** A machine with this seal that runs nothing, and counts what it was asked to run. */
function machineWith(seal: Seal): { machine: Machine; ran: () => number } {
  let ran = 0;
  const machine = {
    ...makeMachine(),
    openSandbox: async () => ({
      seal,
      openPlugin: () => assert.fail("a component was run"),
      transpile: () => assert.fail("not this way"),
      close: async () => {},
    }),
    transpile: async () => {
      ran += 1;
      throw new Error("asked to run it");
    },
  };
  return { machine, ran: () => ran };
}

async function makeFolder(t: TestContext, head?: string) {
  const workspace = makeScratchWorkspace(t, head);
  const plugin = await tinyPlugin();
  workspace.write("tiny/plugin.json", plugin.manifest);
  workspace.write("tiny/dist/plugin.wasm", plugin.component);
  return { workspace, plugin };
}

describe("a component that is added", () => {
  test("is not run where production finds no seal", async (t) => {
    const { workspace, plugin } = await makeFolder(t, "version: 1\nmode: production");
    const source = workspace.writePackage("tiny.tgz", plugin.packed);
    const { machine, ran } = machineWith(UNSEALED);
    assert.deepEqual(await codesOfRejection(workspace.add({ source }, machine)), [
      "ERR_GATE_RING5",
    ]);
    assert.equal(ran(), 0);
  });

  test("is not run unsigned in production", async (t) => {
    const { workspace } = await makeFolder(t, "version: 1\nmode: production");
    const { machine, ran } = machineWith(SEALED);
    const adding = () => workspace.add({ source: workspace.file("tiny"), unsigned: true }, machine);
    assert.deepEqual(await codesOfRejection(adding()), ["ERR_GATE_UNSIGNED"]);
    assert.equal(ran(), 0);
  });

  test("is not run from a folder without a signature", async (t) => {
    const { workspace } = await makeFolder(t);
    const { machine, ran } = machineWith(SEALED);
    const adding = () => workspace.add({ source: workspace.file("tiny") }, machine);
    assert.deepEqual(await codesOfRejection(adding()), ["ERR_SIGNATURE_MISSING"]);
    assert.equal(ran(), 0);
  });

  test("is not run from a folder whose signature is a stranger's, or of another component", async (t) => {
    const { workspace, plugin } = await makeFolder(t);
    const { machine, ran } = machineWith(SEALED);
    const adding = () => workspace.add({ source: workspace.file("tiny") }, machine);
    workspace.write(
      "tiny/dist/plugin.wasm.sigstore.json",
      signPackage(plugin.packed, generateKey()),
    );
    assert.deepEqual(await codesOfRejection(adding()), ["ERR_SIGNER_UNKNOWN"]);
    workspace.write(
      "tiny/dist/plugin.wasm.sigstore.json",
      signPackage(plugin.packed, workspace.key),
    );
    // Whatever it is made of, it is not what was signed: a custom section behind the end.
    workspace.write(
      "tiny/dist/plugin.wasm",
      Buffer.concat([plugin.component, Buffer.from([0, 2, 1, 97])]),
    );
    assert.deepEqual(await codesOfRejection(adding()), ["ERR_SIGNATURE_OTHER_COMPONENT"]);
    assert.equal(ran(), 0);
  });
});
