/**
 * A second process that exchanges two names as fast as it can, until it is killed: what a hostile program beside
 * the sandbox could do. It ends by itself after a while, so that a failed test leaves nothing spinning. Where FFI loads, by one atomic renameat2(RENAME_EXCHANGE), so that both names always exist.
 */
import { renameSync, writeSync } from "node:fs";
import { loadSystemCalls } from "../../runtime/powers/ffi.ts";

const [, , first = "", second = ""] = process.argv;
const LIFETIME_MS_MAX = 60_000;
const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;
const SYS_RENAMEAT2 = process.arch === "arm64" ? 276 : 316;
const system = loadSystemCalls();
const [a, b] = [Buffer.from(`${first}\0`), Buffer.from(`${second}\0`)];

function exchange(): void {
  if (system?.call(SYS_RENAMEAT2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) === 0) return;
  renameSync(first, `${first}.held`);
  renameSync(second, first);
  renameSync(`${first}.held`, second);
}

exchange();
writeSync(1, "ready\n");
const endMs = Date.now() + LIFETIME_MS_MAX;
while (Date.now() < endMs) for (let round = 0; round < 1000; round += 1) exchange();
