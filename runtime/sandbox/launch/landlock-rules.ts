import fs from "node:fs";
import { offHeap, type SystemCall } from "./system-calls.ts";

// Linux `include/uapi/linux/landlock.h`.
const CREATE_RULESET_VERSION = 1;
const RULE_PATH_BENEATH = 1;
const ACCESS_EXECUTE = 1n << 0n;
const ACCESS_READ_FILE = 1n << 2n;
const ACCESS_READ_DIR = 1n << 3n;
/** How many file rights each version of the interface knows: REFER came with 2, TRUNCATE with 3, IOCTL_DEV with 5. */
const FILE_RIGHTS_BY_ABI = [0, 13, 14, 15, 15, 16] as const;
const NET_BIND_AND_CONNECT_TCP = 0b11n;
const NET_FROM_ABI = 4;
const SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11n;
const SCOPE_FROM_ABI = 6;

/** Only a descriptor to name the file by; needs no right to read it. */
const O_PATH = 0o10000000;
const O_CLOEXEC = 0o2000000;

export interface ReachableFiles {
  readonly executable: readonly string[];
  readonly readable: readonly string[];
}

/**
 * Lets the calling thread, and what it executes, reach only the given files, and no TCP port, abstract socket or process
 * outside where this kernel's Landlock knows such rules. Returns why it could not, or nothing.
 * Needs NO_NEW_PRIVS. Seccomp refuses what an older Landlock does not know.
 */
export function restrictToFiles(call: SystemCall, files: ReachableFiles): string | undefined {
  const abi = call("landlock_create_ruleset", 0, 0, CREATE_RULESET_VERSION);
  if (abi < 1) return "landlock-absent";
  const handled =
    (1n << BigInt(FILE_RIGHTS_BY_ABI[Math.min(abi, FILE_RIGHTS_BY_ABI.length - 1)]!)) - 1n;
  const ruleset = call("landlock_create_ruleset", ...rulesetAttributes(abi, handled), 0);
  if (ruleset < 0) return "landlock-ruleset";
  const rules: readonly (readonly [string, bigint])[] = [
    ...files.executable.map((file) => [file, ACCESS_EXECUTE | ACCESS_READ_FILE] as const),
    ...files.readable.map((file) => [file, readRights(file)] as const),
  ];
  for (const [file, rights] of rules) {
    const descriptor = fs.openSync(file, O_PATH | O_CLOEXEC);
    const added = call(
      "landlock_add_rule",
      ruleset,
      RULE_PATH_BENEATH,
      beneathAttributes(rights, descriptor),
      0,
    );
    fs.closeSync(descriptor);
    if (added !== 0) return "landlock-rule";
  }
  const restricted = call("landlock_restrict_self", ruleset, 0);
  fs.closeSync(ruleset);
  return restricted === 0 ? undefined : "landlock-restrict";
}

function readRights(path: string): bigint {
  return fs.statSync(path).isDirectory() ? ACCESS_READ_FILE | ACCESS_READ_DIR : ACCESS_READ_FILE;
}

/** `struct landlock_ruleset_attr { u64 handled_access_fs, handled_access_net, scoped; }`, as long as this kernel knows it. */
function rulesetAttributes(abi: number, handled: bigint): [Uint8Array, number] {
  const bytes = offHeap(24);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, handled, true);
  if (abi < NET_FROM_ABI) return [bytes, 8];
  view.setBigUint64(8, NET_BIND_AND_CONNECT_TCP, true);
  if (abi < SCOPE_FROM_ABI) return [bytes, 16];
  view.setBigUint64(16, SCOPE_ABSTRACT_SOCKETS_AND_SIGNALS, true);
  return [bytes, 24];
}

/** `struct landlock_path_beneath_attr { u64 allowed_access; s32 parent_fd; }`, packed. */
function beneathAttributes(rights: bigint, descriptor: number): Uint8Array {
  const bytes = offHeap(12);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, rights, true);
  view.setInt32(8, descriptor, true);
  return bytes;
}
