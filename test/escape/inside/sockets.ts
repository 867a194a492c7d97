// Acts of native code on the network and on other ways between processes.
import { call, cString, errno, offHeap, struct, textOf } from "./system.ts";
import type { Act } from "./world.ts";

const UNIX = 1;
const INET = 2;
const INET6 = 10;
const STREAM = 1;
const DATAGRAM = 2;
const MPTCP = 262;
const FASTOPEN = 0x20000000;
const WORD = cString("GET / HTTP/1.0\r\n\r\n");

/** `struct sockaddr_in` of 127.0.0.1; the port is in network order. */
function inetAddress(port: number): Uint8Array {
  const address = struct(16, [0, 2, INET]);
  address.set([port >> 8, port & 255, 127, 0, 0, 1], 2);
  return address;
}

function inet6Address(port: number): Uint8Array {
  const address = struct(28, [0, 2, INET6]);
  address.set([port >> 8, port & 255], 2);
  address[23] = 1;
  return address;
}

function unixAddress(name: string): readonly [Uint8Array, number] {
  const address = struct(110, [0, 2, UNIX]);
  address.set(Buffer.from(name, "latin1"), 2);
  return [address, 2 + name.length];
}

/** Connects, says something, and brings home what comes back. */
function converse(
  family: number,
  protocol: number,
  address: Uint8Array,
  lengthBytes: number,
): string {
  const socket = call("socket", family, STREAM, protocol);
  if (socket < 0) return errno(socket);
  const connected = call("connect", socket, address, lengthBytes);
  if (connected < 0) return errno(connected);
  call("write", socket, WORD, WORD.length - 1);
  const answer = offHeap(4096);
  const count = call("read", socket, answer, 4096);
  call("close", socket);
  return count < 0 ? errno(count) : textOf(answer, count);
}

function sendTo(kind: number, flags: number, address: Uint8Array): string {
  const socket = call("socket", INET, kind, 0);
  if (socket < 0) return errno(socket);
  return errno(call("sendto", socket, WORD, WORD.length - 1, flags, address, address.length));
}

export const SOCKET_ACTS: Readonly<Record<string, Act>> = {
  "connect by TCP": ({ tcpPort }) => converse(INET, 0, inetAddress(tcpPort), 16),
  "connect by TCP over IPv6": ({ tcp6Port }) => converse(INET6, 0, inet6Address(tcp6Port), 28),
  "connect by multipath TCP": ({ tcpPort }) => converse(INET, MPTCP, inetAddress(tcpPort), 16),
  "send the first bytes with the handshake of TCP": ({ tcpPort }) =>
    sendTo(STREAM, FASTOPEN, inetAddress(tcpPort)),
  "send a UDP datagram": ({ udpPort }) => sendTo(DATAGRAM, 0, inetAddress(udpPort)),
  "connect to a socket at a path": ({ unixPath }) =>
    converse(UNIX, 0, ...unixAddress(`${unixPath}\0`)),
  "connect to an abstract socket": ({ abstractName }) =>
    converse(UNIX, 0, ...unixAddress(`\0${abstractName}`)),
  "wait for connections": ({ freePort }) => {
    const socket = call("socket", INET, STREAM, 0);
    if (socket < 0) return errno(socket);
    const bound = call("bind", socket, inetAddress(freePort), 16);
    return bound < 0 ? errno(bound) : errno(call("listen", socket, 8));
  },
  "wait for datagrams and connections under an abstract name": ({ abstractName }) => {
    const socket = call("socket", UNIX, STREAM, 0);
    if (socket < 0) return errno(socket);
    const bound = call("bind", socket, ...unixAddress(`\0${abstractName}-taken`));
    return bound < 0 ? errno(bound) : errno(call("listen", socket, 8));
  },

  "read System V shared memory": ({ ipcKey }) => {
    const segment = call("shmget", ipcKey, 4096, 0);
    if (segment < 0) return errno(segment);
    // A new mapping says nothing of its address but in the result, which is larger than a small error number.
    const at = call("shmat", segment, 0x7000_0000, 0);
    return at < 0 ? errno(at) : copyOut(BigInt(at), 64);
  },
  "receive from a System V queue": ({ ipcKey }) => {
    const queue = call("msgget", ipcKey, 0);
    if (queue < 0) return errno(queue);
    const message = offHeap(256);
    const count = call("msgrcv", queue, message, 200, 0, 0o4000);
    return count < 0 ? errno(count) : textOf(message, 8 + count);
  },
  "receive from a POSIX queue": ({ queueName }) => {
    const queue = call("mq_open", cString(queueName), 0o4000, 0, 0);
    if (queue < 0) return errno(queue);
    const message = offHeap(8192);
    const count = call("mq_timedreceive", queue, message, 8192, 0, 0);
    return count < 0 ? errno(count) : textOf(message, count);
  },
};

/** Bytes at an address, by way of a pipe: the kernel reads them. */
function copyOut(address: bigint, lengthBytes: number): string {
  const ends = offHeap(8);
  call("pipe2", ends, 0);
  const view = new DataView(ends.buffer);
  call("write", view.getInt32(4, true), address, lengthBytes);
  const memory = offHeap(lengthBytes);
  const count = call("read", view.getInt32(0, true), memory, lengthBytes);
  call("close", view.getInt32(0, true));
  call("close", view.getInt32(4, true));
  return textOf(memory, count);
}
