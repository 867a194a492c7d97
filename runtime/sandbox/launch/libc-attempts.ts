// What the probe tries where system calls have no stable numbers: macOS. The functions are those of every C library, so that
// the attempts themselves can be tried on Linux.
import ffi from "node:ffi";
import process from "node:process";
import { cString, offHeap } from "./system-calls.ts";

const EPERM = 1;
const EACCES = 13;
const HOST_FILES = ["/etc/passwd", "/etc/hosts", "/private/etc/passwd"];
const HOST_FOLDERS = ["/etc", "/home", "/tmp", "/var", "/Users", "/Applications", "/private/tmp"];
const PROGRAMS = ["/usr/bin/true", "/bin/true", "/bin/sh"];
const READ_ONLY = 0;
const WRITE_ONLY = 1;
const STREAM = 1;
const INET = 2;

/** Everything that is tried, by name; `true` for what got through. It does no harm then. */
export function tryThroughLibc(brokerPid: number): Readonly<Record<string, boolean>> {
  const libc = openLibc();
  const opens = (path: string, flags: number): boolean => libc.open(cString(path), flags) >= 0;
  return {
    "read a host file": HOST_FILES.some((path) => opens(path, READ_ONLY)),
    "open a host folder": HOST_FOLDERS.some((path) => opens(path, READ_ONLY)),
    "look at a host file": HOST_FILES.some((path) => libc.access(cString(path), 0) === 0),
    "create a file": createsFile(libc),
    "open a device for writing": opens("/dev/null", WRITE_ONLY) || opens("/dev/tty", WRITE_ONLY),
    "connect or bind": reachesNetwork(libc),
    "start a process": PROGRAMS.some((path) => startsProgram(libc, path)),
    "signal the broker": libc.kill(brokerPid, 0) === 0,
    "find an environment": Object.keys(process.env).some(
      (name) => !["PWD", "__CF_USER_TEXT_ENCODING"].includes(name),
    ),
  };
}

interface Libc {
  readonly open: (path: Uint8Array, flags: number) => number;
  readonly access: (path: Uint8Array, mode: number) => number;
  readonly creat: (path: Uint8Array, mode: number) => number;
  readonly unlink: (path: Uint8Array) => number;
  readonly socket: (family: number, kind: number, protocol: number) => number;
  readonly connect: (descriptor: number, address: Uint8Array, lengthBytes: number) => number;
  readonly bind: (descriptor: number, address: Uint8Array, lengthBytes: number) => number;
  readonly kill: (pid: number, signal: number) => number;
  readonly posixSpawn: (path: Uint8Array, args: Uint8Array) => number;
  readonly errno: () => number;
}

function openLibc(): Libc {
  const errnoLocation = process.platform === "darwin" ? "__error" : "__errno_location";
  const { functions } = ffi.dlopen(null, {
    open: { arguments: ["pointer", "i32"], return: "i32" },
    access: { arguments: ["pointer", "i32"], return: "i32" },
    creat: { arguments: ["pointer", "i32"], return: "i32" },
    unlink: { arguments: ["pointer"], return: "i32" },
    socket: { arguments: ["i32", "i32", "i32"], return: "i32" },
    connect: { arguments: ["i32", "pointer", "i32"], return: "i32" },
    bind: { arguments: ["i32", "pointer", "i32"], return: "i32" },
    kill: { arguments: ["i32", "i32"], return: "i32" },
    posix_spawn: {
      arguments: ["pointer", "pointer", "pointer", "pointer", "pointer", "pointer"],
      return: "i32",
    },
    [errnoLocation]: { arguments: [], return: "pointer" },
  });
  const call = functions as unknown as Record<string, (...args: readonly unknown[]) => number>;
  const at = (bytes: Uint8Array): bigint => ffi.getRawPointer(bytes);
  return {
    open: (path, flags) => call["open"]!(at(path), flags),
    access: (path, mode) => call["access"]!(at(path), mode),
    creat: (path, mode) => call["creat"]!(at(path), mode),
    unlink: (path) => call["unlink"]!(at(path)),
    socket: (...args) => call["socket"]!(...args),
    connect: (descriptor, address, length) => call["connect"]!(descriptor, at(address), length),
    bind: (descriptor, address, length) => call["bind"]!(descriptor, at(address), length),
    kill: (pid, signal) => call["kill"]!(pid, signal),
    posixSpawn: (path, args) => {
      const [pid, nothing] = [offHeap(8), offHeap(8)];
      return call["posix_spawn"]!(at(pid), at(path), 0n, 0n, at(args), at(nothing));
    },
    errno: () => ffi.getInt32(call[errnoLocation]!() as unknown as bigint, 0),
  };
}

function createsFile(libc: Libc): boolean {
  return ["/tmp", "/private/tmp", "/var/tmp", "."].some((folder) => {
    const path = cString(`${folder}/glovebox-probe-${process.pid}`);
    const created = libc.creat(path, 0o600) >= 0;
    if (created) libc.unlink(path);
    return created;
  });
}

/** To a port of this machine where nobody listens. Any answer but a refusal says that the kernel tried. */
function reachesNetwork(libc: Libc): boolean {
  const address = offHeap(16);
  // macOS has the length of the address in its first byte.
  address.set(process.platform === "darwin" ? [16, INET] : [INET, 0]);
  address.set([0, 9, 127, 0, 0, 1], 2);
  return [libc.connect, libc.bind].some((reach) => {
    const descriptor = libc.socket(INET, STREAM, 0);
    return (
      descriptor >= 0 &&
      (reach(descriptor, address, address.length) === 0 || ![EPERM, EACCES].includes(libc.errno()))
    );
  });
}

function startsProgram(libc: Libc, path: string): boolean {
  const name = cString(path);
  const args = offHeap(16);
  new DataView(args.buffer).setBigUint64(0, ffi.getRawPointer(name), true);
  return libc.posixSpawn(name, args) === 0;
}
