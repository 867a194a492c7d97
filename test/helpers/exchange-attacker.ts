/**
 * A second process that exchanges two names as fast as it can, until it is killed: what a hostile program beside
 * the sandbox could do. Where FFI loads, by one atomic renameat2(RENAME_EXCHANGE), so that both names always exist.
 */
import { renameSync, writeSync } from "node:fs";
import { loadSystemCalls } from "../../runtime/powers/ffi.ts";

const [, , first = "", second = ""] = process.argv;
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
for (;;) exchange();
