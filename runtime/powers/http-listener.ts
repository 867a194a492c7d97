import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { HttpHandler, HttpListener } from "../server/http/exchange.ts";
import { answerBrokenRequest, NodeExchange } from "./http-exchange.ts";

/** Where to listen, and what one client may use of this process before anything is known of it. */
export interface HttpListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsFiles;
  readonly headerBytesMax: number;
  readonly connectionsMax: number;
  /** In which the head and the body of a request must have come. */
  readonly receiveMsMax: number;
}

/** PEM texts. With `clientCa` TLS asks clients for a certificate; who has none is let through to be told so. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** Longer than load balancers keep an idle connection, so that it is never this end that closes one in use. */
const KEEP_ALIVE_MS = 75_000;
const CHECK_EVERY_MS = 500;
/** Requests of one connection that wait for their responses. */
const PIPELINED_MAX = 16;

/**
 * HTTP/1.1 by Node's strict parser: a request with both a length and chunks, with two lengths, with a bare line feed or
 * without a host is refused before anything hears of it, and a header that comes twice has both values, so that none is
 * chosen in silence. Listening throws the system's error (`EADDRINUSE`, `EACCES`).
 */
// debt("GB-047"): connections are counted for all clients together.
export async function listenHttp(
  options: HttpListenerOptions,
  handle: HttpHandler,
): Promise<HttpListener> {
  const server = makeServer(options, handle);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.host, port: options.port }, () => {
      server.off("error", reject);
      // A connection that cannot be taken is that client's loss.
      server.on("error", () => undefined);
      resolve();
    });
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    address: { host: address, port },
    get connections() {
      return sockets.size;
    },
    stopAccepting() {
      server.close();
      server.closeIdleConnections();
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.once("close", resolve));
    },
  };
}

function makeServer(options: HttpListenerOptions, handle: HttpHandler): http.Server {
  const settings: http.ServerOptions = {
    insecureHTTPParser: false,
    requireHostHeader: true,
    joinDuplicateHeaders: true,
    maxHeaderSize: options.headerBytesMax,
    headersTimeout: options.receiveMsMax,
    requestTimeout: options.receiveMsMax,
    connectionsCheckingInterval: CHECK_EVERY_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    noDelay: true,
  };
  const { tls } = options;
  const server = tls
    ? https.createServer({
        ...settings,
        cert: tls.cert,
        key: tls.key,
        minVersion: "TLSv1.2",
        handshakeTimeout: options.receiveMsMax,
        ...(tls.clientCa === undefined
          ? {}
          : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: false }),
      })
    : http.createServer(settings);
  server.maxConnections = options.connectionsMax;
  // Bytes bound the head. A count would drop what is over it in silence.
  server.maxHeadersCount = 0;
  const waiting = new WeakMap<Socket, number>();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    response.once("close", () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    if (count > PIPELINED_MAX) socket.destroy();
    else handle(new NodeExchange(request, response, certificateOf(socket)));
  });
  server.on("clientError", answerBrokenRequest);
  // No protocol but HTTP is spoken here.
  server.on("connect", (_request: IncomingMessage, socket: Socket) => socket.destroy());
  server.on("upgrade", (_request: IncomingMessage, socket: Socket) => socket.destroy());
  return server;
}

/** The client's certificate, where an authority that was named vouches for it. */
function certificateOf(socket: Socket): Uint8Array | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  return socket.getPeerX509Certificate()?.raw;
}
