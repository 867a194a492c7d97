/** Opening anything is refused, so no instance of these but `Network` ever exists: they are here to be linked. */
class Network {}
class ResolveAddressStream {}
class TcpSocket {}
class UdpSocket {}
class IncomingDatagramStream {}
class OutgoingDatagramStream {}

function refuse(): never {
  throw "access-denied";
}

/**
 * `wasi:sockets` links, because toolchains import it unasked, and refuses.
 * No grant opens it: the network is reached through `http`, where the broker can judge each request.
 */
export function makeSocketsImports(): Record<string, Record<string, unknown>> {
  return {
    "wasi:sockets/instance-network": { instanceNetwork: () => new Network() },
    "wasi:sockets/network": { Network, networkErrorCode: () => undefined },
    "wasi:sockets/ip-name-lookup": { ResolveAddressStream, resolveAddresses: refuse },
    "wasi:sockets/tcp": { TcpSocket },
    "wasi:sockets/tcp-create-socket": { createTcpSocket: refuse },
    "wasi:sockets/udp": { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream },
    "wasi:sockets/udp-create-socket": { createUdpSocket: refuse },
  };
}
