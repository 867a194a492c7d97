// The fixtures of the conformance suite as plugins: built from this tree, signed, installed, and named as the suite names them.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeServedWorkspace, type ServedWorkspace } from "./served-workspace.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures/conformance");
const GRANTS = ["clock", "ask=form,sampling,roots"];

/** Everything that the scenarios of 2025-11-25 and 2026-07-28 expect, and the tools of the tasks extension. */
export const CONFORMANCE_PLUGINS = [
  { folder: join(FIXTURES, "everything"), grants: GRANTS },
  { folder: join(FIXTURES, "tasks"), grants: ["clock", "ask=form"] },
];

/**
 * A workspace with both plugins, their tools and prompts under their own names. `settings` are further lines of the
 * configuration. Takes about ten seconds.
 */
export async function makeConformanceWorkspace(settings = ""): Promise<ServedWorkspace> {
  const workspace = await makeServedWorkspace(CONFORMANCE_PLUGINS, settings);
  const text = readFileSync(workspace.configFile, "utf8");
  const plain = text.replaceAll(/^( +)source:/gm, "$1names: plain\n$1source:");
  if (plain === text) throw new Error("no plugin in the configuration");
  writeFileSync(workspace.configFile, plain);
  return workspace;
}
