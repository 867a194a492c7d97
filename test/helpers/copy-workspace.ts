import { createHmac } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeCachePowers } from "../../runtime/powers/cache-files.ts";
import { openCacheSecret } from "../../runtime/supply/cache-secret.ts";

const MAC_BYTES = 32;
/** Code, by what it was made of. The other file says which components passed inspection. */
const ENTRY = /^([0-9a-f]{64})\.bin$/;

/**
 * Copies a workspace as if it had been made in its new place. Of a mere copy the transpile cache is ignored, because whoever
 * made it may have forged it, and the first call of each would make the same code again (test/advisories/cache-of-a-copied-workspace).
 */
export function copyWorkspace(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  const folder = join(to, ".glovebox/cache");
  if (!existsSync(folder)) return;
  const powers = makeCachePowers();
  const secret = openCacheSecret(folder, powers);
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(".bin")) continue;
    const label = ENTRY.exec(name)?.[1] ?? name;
    const content = readFileSync(join(folder, name)).subarray(MAC_BYTES);
    const mac = createHmac("sha256", secret).update(`${label}\n`).update(content);
    powers.writeFile(join(folder, name), Buffer.concat([mac.digest(), content]));
  }
}
