import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";

const ROOT = join(import.meta.dirname, "../..");

/** Bundles the programs that run inside the seal, and hostile ones of the tests, into one file each in a folder that others may read. */
export async function bundleSealed(entries: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-sealed-"));
  for (const [name, entry] of Object.entries(entries)) {
    const build = await rolldown({ input: join(ROOT, entry), platform: "node" });
    await build.write({ file: join(folder, `${name}.cjs`), format: "cjs", codeSplitting: false });
    await build.close();
  }
  return folder;
}
