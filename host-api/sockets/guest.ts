function refuse(): never {
  throw "access-denied";
}

/** A class of which nothing ever makes an object, since opening anything is refused: it is here to be linked. */
function neverMade(...methods: readonly string[]): new () => object {
  const made = class {};
  for (const name of methods) Object.defineProperty(made.prototype, name, { value: refuse });
  return made;
}

const COMMON = ["startBind", "finishBind", "localAddress", "remoteAddress", "addressFamily"];
const BUFFERS = [
  "receiveBufferSize",
  "setReceiveBufferSize",
  "sendBufferSize",
  "setSendBufferSize",
];
const TCP =
  `startConnect finishConnect startListen finishListen accept isListening setListenBacklogSize
  keepAliveEnabled setKeepAliveEnabled keepAliveIdleTime setKeepAliveIdleTime keepAliveInterval setKeepAliveInterval
  keepAliveCount setKeepAliveCount hopLimit setHopLimit shutdown subscribe`.split(/\s+/);
const UDP = ["stream", "unicastHopLimit", "setUnicastHopLimit", "subscribe"];

/** The one socket object that a guest may hold. It leads nowhere. */
class Network {
  noop(): void {}
}

/**
 * `wasi:sockets` links, because toolchains import it unasked, and refuses.
 * No grant opens it: the network is reached through `http`, where the broker can judge each request.
 */
export function makeSocketsImports(): Record<string, Record<string, unknown>> {
  return {
    "wasi:sockets/instance-network": { instanceNetwork: () => new Network() },
    "wasi:sockets/network": { Network, networkErrorCode: () => undefined },
    "wasi:sockets/ip-name-lookup": {
      ResolveAddressStream: neverMade("resolveNextAddress", "subscribe"),
      resolveAddresses: refuse,
    },
    "wasi:sockets/tcp": { TcpSocket: neverMade(...COMMON, ...BUFFERS, ...TCP) },
    "wasi:sockets/tcp-create-socket": { createTcpSocket: refuse },
    "wasi:sockets/udp": {
      UdpSocket: neverMade(...COMMON, ...BUFFERS, ...UDP),
      IncomingDatagramStream: neverMade("receive", "subscribe"),
      OutgoingDatagramStream: neverMade("checkSend", "send", "subscribe"),
    },
    "wasi:sockets/udp-create-socket": { createUdpSocket: refuse },
  };
}
