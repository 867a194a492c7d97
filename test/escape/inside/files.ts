// Acts of native code on files.
import { call, cString, drain, errno, offHeap, struct, textOf } from "./system.ts";
import type { Act, World } from "./world.ts";

const HERE = -100;
const WRITE_CREATE = 0o101;
const O_PATH = 0o10000000;
const O_DIRECTORY = process.arch === "arm64" ? 0o40000 : 0o200000;
const O_TMPFILE = 0o20000000 | O_DIRECTORY;
const AT_EMPTY_PATH = 0x1000;

const open = (path: string, flags = 0): number => call("openat", HERE, cString(path), flags, 0o666);
const readFile = (path: string): string => drain(open(path));
const inFolder = (world: World, name: string): Uint8Array => cString(`${world.folder}/${name}`);

function writeTo(descriptor: number, text: string): string {
  if (descriptor < 0) return errno(descriptor);
  const bytes = cString(text);
  const written = call("write", descriptor, bytes, text.length);
  call("close", descriptor);
  return errno(written);
}

export const FILE_ACTS: Readonly<Record<string, Act>> = {
  "read a file by its path": (world) => readFile(world.secret),
  "read a file by open(2)": (world) => drain(call("open", cString(world.secret), 0)),
  "read a file by openat2": (world) =>
    drain(call("openat2", HERE, cString(world.secret), offHeap(24), 24)),
  "read a file from the working folder upwards": (world) =>
    readFile(`../../../../../../..${world.secret}`),
  "read a file beneath /proc/self/root": (world) => readFile(`/proc/self/root${world.secret}`),
  "read a file beneath the broker's /proc/PID/root": (world) =>
    readFile(`/proc/${world.brokerPid}/root${world.secret}`),
  "read a file through another process's working folder": ({ victim }) =>
    readFile(`/proc/${victim.pid}/cwd/secret.txt`),
  "read what another process has open, through /proc/PID/fd": ({ victim }) =>
    readFile(`/proc/${victim.pid}/fd/${victim.descriptor}`),
  "read another process's environment": ({ victim }) => readFile(`/proc/${victim.pid}/environ`),
  "read another process's command line": ({ victim }) => readFile(`/proc/${victim.pid}/cmdline`),
  "read a file by a handle": (world) => {
    const handle = struct(136, [0, 4, 128]);
    const mount = offHeap(8);
    const named = call("name_to_handle_at", HERE, cString(world.secret), handle, mount, 0);
    if (named < 0) return errno(named);
    const folder = open(world.folder, O_DIRECTORY);
    return drain(call("open_by_handle_at", folder, handle, 0));
  },
  "read where a link leads": (world) => {
    const target = offHeap(256);
    const count = call("readlinkat", HERE, inFolder(world, "link"), target, 256);
    return count < 0 ? errno(count) : textOf(target, count);
  },
  "list a folder": (world) => {
    const folder = open(world.folder, O_DIRECTORY);
    if (folder < 0) return errno(folder);
    const entries = offHeap(4096);
    const count = call("getdents64", folder, entries, 4096);
    call("close", folder);
    return count < 0 ? errno(count) : textOf(entries, count);
  },
  "read shared memory in /dev/shm": (world) => readFile(world.shmFile),
  "hold a file by O_PATH and open it again": (world) => {
    const held = open(world.secret, O_PATH);
    return held < 0 ? errno(held) : readFile(`/proc/self/fd/${held}`);
  },
  "read what was inherited": () => {
    let home = "";
    for (let descriptor = 4; descriptor < 1200; descriptor += 1) {
      const memory = offHeap(256);
      const count = call("pread64", descriptor, memory, 256, 0);
      if (count > 0) home += textOf(memory, count);
    }
    return home;
  },
  "send a file by sendfile": (world) => {
    const from = open(world.secret);
    if (from < 0) return errno(from);
    const ends = offHeap(8);
    call("pipe2", ends, 0);
    const view = new DataView(ends.buffer);
    call("sendfile", view.getInt32(4, true), from, 0, 4096);
    return drain(view.getInt32(0, true));
  },

  "create a file": (world) => writeTo(open(`${world.folder}/new`, WRITE_CREATE), "made"),
  "create a file by creat(2)": (world) => errno(call("creat", inFolder(world, "new"), 0o666)),
  "write into a file": (world) => writeTo(open(world.secret, 1), "overwritten"),
  "cut a file by opening it": (world) => errno(open(world.secret, 0o1001)),
  "cut a file by truncate": (world) => errno(call("truncate", cString(world.secret), 1)),
  "make a folder": (world) => errno(call("mkdirat", HERE, inFolder(world, "new"), 0o777)),
  "remove a file": (world) => errno(call("unlinkat", HERE, cString(world.secret), 0)),
  "make a symbolic link": (world) =>
    errno(call("symlinkat", cString("/etc/passwd"), HERE, inFolder(world, "new"))),
  "make a hard link": (world) =>
    errno(call("linkat", HERE, cString(world.secret), HERE, inFolder(world, "new"), 0)),
  "rename a file": (world) =>
    errno(call("renameat2", HERE, cString(world.secret), HERE, inFolder(world, "new"), 0)),
  "make a named pipe": (world) => errno(call("mknodat", HERE, inFolder(world, "new"), 0o010666, 0)),
  "change a file's mode": (world) => errno(call("fchmodat", HERE, cString(world.secret), 0o600)),
  "change a file's owner": (world) =>
    errno(call("fchownat", HERE, cString(world.secret), 12345, 12345, 0)),
  "change a file's times": (world) =>
    errno(call("utimensat", HERE, cString(world.secret), struct(32, [0, 8, 1], [16, 8, 1]), 0)),
  "write a nameless file and give it a name": (world) => {
    const file = open(world.folder, O_TMPFILE | 0o2);
    if (file < 0) return errno(file);
    return errno(call("linkat", file, cString(""), HERE, inFolder(world, "new"), AT_EMPTY_PATH));
  },
  "listen at a path": (world) => {
    const socket = call("socket", 1, 1, 0);
    if (socket < 0) return errno(socket);
    const address = struct(110, [0, 2, 1]);
    address.set(Buffer.from(`${world.folder}/new`), 2);
    return errno(call("bind", socket, address, 110));
  },
  "write through /proc/PID/root": ({ victim, folder }) =>
    writeTo(open(`/proc/${victim.pid}/root${folder}/new`, WRITE_CREATE), "made"),
};
