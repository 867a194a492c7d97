import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const MODULES = [
  "/usr/lib/softhsm/libsofthsm2.so",
  "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
  "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
] as const;

/** SoftHSM's module, where it is installed; elsewhere than in CI a machine may lack it. */
export const SOFTHSM_MODULE = MODULES.find((file) => existsSync(file));
export const HAS_SOFTHSM =
  SOFTHSM_MODULE !== undefined &&
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => existsSync(join(folder, "softhsm2-util")));

export interface SoftToken {
  readonly module: string;
  readonly token: string;
  readonly pin: string;
  /** Where its objects are. */
  readonly folder: string;
  /** What a process needs to find it. */
  readonly environment: { readonly SOFTHSM2_CONF: string };
}

/** A real token of SoftHSM, made in a folder of its own. */
export function makeSoftToken(folder: string): SoftToken {
  const tokens = join(folder, "tokens");
  mkdirSync(tokens, { recursive: true });
  const file = join(folder, "softhsm2.conf");
  writeFileSync(file, `directories.tokendir = ${tokens}\nobjectstore.backend = file\n`);
  const environment = { SOFTHSM2_CONF: file };
  const [token, pin] = ["glovebox-test", "24681357"];
  const words = ["--init-token", "--free", "--label", token, "--pin", pin, "--so-pin", pin];
  execFileSync("softhsm2-util", words, { env: { ...process.env, ...environment } });
  return { module: SOFTHSM_MODULE ?? "", token, pin, folder: tokens, environment };
}
