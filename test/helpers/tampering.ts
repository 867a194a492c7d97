import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Suite, TestWorkspace } from "./installed-workspace.ts";
import type { Ended } from "./run-glovebox.ts";
import { snapshot } from "./scratch.ts";

export const MODES = ["development", "production"] as const;
export type Mode = (typeof MODES)[number];
/** A call of the installed plugin's tool. */
export const SAY = ["call", "echo__say", '{"text":"hello"}'];

/** Something that was changed after approval, and with what it must be refused. */
export interface Tampering {
  readonly what: string;
  tamper: (workspace: TestWorkspace) => void;
  /** Every code, in order. */
  readonly codes: readonly string[];
  /** What production refuses beside it. */
  readonly alsoInProduction?: readonly string[];
  /** Where development may do what production may not. */
  readonly only?: "production";
}

/** Runs a command line in this process as if NODE_ENV were set. */
export async function runIn(
  mode: Mode,
  words: readonly string[],
  workspace: TestWorkspace,
  suite: Suite,
): Promise<Ended> {
  process.env["NODE_ENV"] = mode;
  try {
    return await suite.run(words, workspace);
  } finally {
    delete process.env["NODE_ENV"];
  }
}

/** Each is refused by `verify`, at `serve` and at `call`, in both modes, with every reason, and changes nothing. */
export function describeTamperings(
  title: string,
  suite: Suite,
  tamperings: readonly Tampering[],
): void {
  describe(title, () => {
    for (const tampering of tamperings) {
      it(`is refused by verify, serve and call: ${tampering.what}`, async (t) => {
        const workspace = suite.installed.copy(t);
        tampering.tamper(workspace);
        const found = snapshot(workspace.folder);
        for (const mode of MODES) await assertRefused(tampering, mode, workspace, suite);
        assert.deepEqual(snapshot(workspace.folder), found);
      });
    }
  });
}

async function assertRefused(
  { codes, alsoInProduction = [], only }: Tampering,
  mode: Mode,
  workspace: TestWorkspace,
  suite: Suite,
): Promise<void> {
  if (only && only !== mode) {
    assert.equal((await runIn(mode, ["verify"], workspace, suite)).code, 0);
    return;
  }
  const expected = mode === "production" ? [...codes, ...alsoInProduction] : codes;
  for (const words of [["verify"], ["serve"], SAY]) {
    const { code, stdout, stderr, codes: told } = await runIn(mode, words, workspace, suite);
    const message = `${words[0]} in ${mode}: ${stderr}`;
    assert.deepEqual({ told, stdout }, { told: expected, stdout: "" }, message);
    assert.equal(code, codes.includes("ERR_CONFIG_INVALID") ? 2 : 3);
  }
}
