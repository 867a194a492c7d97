// Sockets of the host that nobody inside a seal may reach. Each counts who comes, and tells a secret to whoever asks.
import dgram from "node:dgram";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";

export interface Listeners {
  readonly tcpPort: number;
  /** 0 where the machine has no IPv6. */
  readonly tcp6Port: number;
  readonly udpPort: number;
  readonly unixPath: string;
  readonly abstractName: string;
  /** Nobody listens there, unless an attacker does. */
  readonly freePort: number;
  /** Who came since the last time, in words, and whether somebody now listens where nobody should. */
  takeVisits(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function openListeners(folder: string, secret: string): Promise<Listeners> {
  const visits: string[] = [];
  const servers: net.Server[] = [];
  const sockets = new Set<net.Socket>();
  const listen = async (name: string, at: net.ListenOptions): Promise<net.Server | undefined> => {
    const server = net.createServer((socket) => {
      visits.push(`a connection ${name}`);
      socket.on("error", () => {});
      sockets.add(socket);
      socket.end(`HTTP/1.0 200 OK\r\ncontent-length: ${secret.length}\r\n\r\n${secret}`);
    });
    const ready = Promise.race([
      once(server, "listening").then(() => true),
      once(server, "error").then(() => false),
    ]);
    server.listen(at);
    if (!(await ready)) return undefined;
    servers.push(server);
    return server;
  };
  const abstractName = `glovebox-${secret}`;
  const unixPath = `${folder}/socket`;
  const tcp = await listen("by TCP", { host: "127.0.0.1", port: 0 });
  const tcp6 = await listen("by TCP over IPv6", { host: "::1", port: 0 });
  await listen("at a path", { path: unixPath, readableAll: true, writableAll: true });
  await listen("under an abstract name", { path: `\0${abstractName}` });
  const udp = dgram.createSocket("udp4").on("message", () => visits.push("a datagram by UDP"));
  udp.bind(0, "127.0.0.1");
  await once(udp, "listening");
  const freePort = await findFreePort();
  const portOf = (server: net.Server | undefined): number =>
    server === undefined ? 0 : (server.address() as AddressInfo).port;
  return {
    tcpPort: portOf(tcp),
    tcp6Port: portOf(tcp6),
    udpPort: udp.address().port,
    unixPath,
    abstractName,
    freePort,
    async takeVisits() {
      const opened = await Promise.all([
        answers({ host: "127.0.0.1", port: freePort }),
        answers({ path: `\0${abstractName}-taken` }),
      ]);
      if (opened.includes(true)) visits.push("somebody listens for connections");
      return visits.splice(0);
    },
    async close() {
      udp.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

async function findFreePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function answers(at: net.NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(at);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
    // Where nobody listens the answer comes at once; a full queue is somebody's.
    socket.setTimeout(500, () => resolve(socket.destroy().destroyed));
  });
}
