/**
 * A second process that exchanges two names as fast as it can, until it is killed: what a hostile program beside
 * the sandbox could do. It ends by itself after a while, so that a failed test leaves nothing spinning.
 * Where FFI loads, by one atomic renameat2(RENAME_EXCHANGE), so that both names always exist.
 * It writes a byte for every `EXCHANGES_PER_BYTE` exchanges.
 */
import { renameSync, writeSync } from "node:fs";
import { loadSystemCalls } from "../../runtime/powers/ffi.ts";
import { EXCHANGES_PER_BYTE } from "./exchange-attackers.ts";

const [, , first = "", second = "", lifetimeMs = "60000"] = process.argv;
const AT_FDCWD = -100;
const RENAME_EXCHANGE = 2;
const SYS_RENAMEAT2 = process.arch === "arm64" ? 276 : 316;
const system = loadSystemCalls();
const [a, b] = [Buffer.from(`${first}\0`), Buffer.from(`${second}\0`)];

function exchange(): void {
  if (system?.call(SYS_RENAMEAT2, AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) === 0) return;
  const held = `${first}.${process.pid}`;
  try {
    renameSync(first, held);
    renameSync(second, first);
    renameSync(held, second);
  } catch {
    // The other attacker holds one of the names.
  }
}

const endMs = Date.now() + Number(lifetimeMs);
while (Date.now() < endMs) {
  for (let round = 0; round < EXCHANGES_PER_BYTE; round += 1) exchange();
  writeSync(1, ".");
}
