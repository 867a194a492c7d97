import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

/** Writes a plugin's folder that is gone when the test ends. Values that are no text are written as JSON. */
export async function makePluginFolder(
  t: TestContext,
  files: Record<string, unknown>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "glovebox-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, value] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
  }
  return folder;
}
