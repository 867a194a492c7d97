import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBuiltProgram } from "../../runtime/powers/built-program.mjs";
import { parsePrivateKey, type KeyPair } from "../../runtime/supply/signatures/keys.ts";
import { signStatement } from "../../runtime/supply/signatures/sign.ts";
import { NO_TRUST } from "../../runtime/supply/signatures/trust.ts";
import { openPackage } from "../../runtime/supply/verify-installed.ts";
import { rulesOf } from "../../runtime/workspace.ts";
import { FIXTURE_CACHE, fixturePackage } from "./fixture-package.ts";

const GLOVEBOX = join(import.meta.dirname, "../../runtime/cli/glovebox.mjs");

/**
 * What `glovebox pack` makes of a plugin's folder. The same files always make the same bytes, so it is made once, and kept
 * for as long as neither a source of the plugin nor one of the program changes.
 */
export async function packedPlugin(folder: string): Promise<Uint8Array> {
  const { component, manifest } = await fixturePackage(folder);
  const code = findBuiltProgram()?.code;
  // Without a build of these very sources nothing says what program packs.
  if (code === undefined) return pack(component, manifest);
  const hash = createHash("sha256").update(code);
  for (const part of [component, manifest]) hash.update(`${part.length}\n`).update(part);
  const kept = join(FIXTURE_CACHE, `${hash.digest("hex").slice(0, 32)}.tgz`);
  try {
    return readFileSync(kept);
  } catch {
    const packed = pack(component, manifest);
    const fresh = `${kept}.${process.pid}`;
    writeFileSync(fresh, packed);
    renameSync(fresh, kept);
    return packed;
  }
}

/** The signature that `glovebox sign` writes beside a package. */
export function signPackage(packed: Uint8Array, key: KeyPair): Uint8Array {
  const { manifest, digests } = openPackage(packed, rulesOf(NO_TRUST));
  return signStatement(
    { name: manifest.name, version: manifest.version, digests },
    parsePrivateKey(key.privateKey),
  );
}

function pack(component: Uint8Array, manifest: Uint8Array): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "glovebox-packed-"));
  try {
    mkdirSync(join(folder, "dist"));
    writeFileSync(join(folder, "dist/plugin.wasm"), component);
    writeFileSync(join(folder, "plugin.json"), manifest);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [GLOVEBOX, "pack", folder, "--json"],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`glovebox pack exited ${status}: ${stderr}${stdout}`);
    const { package: file } = JSON.parse(stdout) as { package: string };
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
