import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type {
  BodyFault,
  HttpExchange,
  HttpRequest,
  HttpStream,
  RequestHeaders,
} from "../server/http/exchange.ts";

/** A client that has not read for so long is gone for us. */
const STALLED_MS = 30_000;
/** What may wait to be read by the client of a stream before more is written. */
const UNREAD_BYTES_MAX = 1024 * 1024;

/** One request and its response over Node's own objects. */
export class NodeExchange implements HttpExchange {
  readonly request: HttpRequest;
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(incoming: IncomingMessage, response: ServerResponse, certificate?: Uint8Array) {
    this.#incoming = incoming;
    this.#response = response;
    const { socket } = incoming;
    this.request = {
      method: incoming.method ?? "",
      target: incoming.url ?? "",
      // Joined by the parser: nothing but cookies of old has a list, and nobody asks for those.
      headers: incoming.headers as RequestHeaders,
      remoteAddress: socket.remoteAddress ?? "",
      isEncrypted: socket instanceof TLSSocket,
      clientCertificate: certificate,
    };
    // Both ends report a client that went away; `close` is what is listened to.
    incoming.on("error", ignore);
    response.on("error", ignore);
  }

  readBody(bytesMax: number): Promise<Uint8Array | BodyFault> {
    const incoming = this.#incoming;
    const declared = Number(incoming.headers["content-length"] ?? 0);
    if (declared > bytesMax) return Promise.resolve("too large");
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > bytesMax) {
          incoming.pause();
          incoming.removeAllListeners("data");
          return resolve("too large");
        }
        chunks.push(chunk);
      });
      incoming.once("end", () => {
        const [first] = chunks;
        resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks, bytes));
      });
      // After the end this says nothing new.
      incoming.once("close", () => resolve("gone"));
    });
  }

  answer(status: number, headers: Readonly<Record<string, string>>, body: string): void {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    const bytes = Buffer.byteLength(body);
    response.writeHead(status, {
      ...headers,
      "content-length": bytes,
      // What was not read of a request is not read to its end for the sake of the connection.
      ...(this.#incoming.complete || !hasBody(this.#incoming) ? {} : { connection: "close" }),
    });
    response.end(body);
    if (response.writableLength > 0) this.#cutOffWhenStalled();
  }

  stream(status: number, headers: Readonly<Record<string, string>>): HttpStream {
    const response = this.#response;
    if (!response.headersSent && !response.destroyed) {
      response.writeHead(status, headers);
      response.flushHeaders();
    }
    return {
      write: (text) => {
        if (response.destroyed || response.writableEnded) return false;
        if (response.writableLength > UNREAD_BYTES_MAX) {
          response.destroy();
          return false;
        }
        response.write(text);
        if (response.writableNeedDrain) this.#cutOffWhenStalled();
        return true;
      },
      end: (text) => {
        if (response.destroyed || response.writableEnded) return;
        response.end(text);
        if (response.writableLength > 0) this.#cutOffWhenStalled();
      },
    };
  }

  onClosed(listener: (isFinished: boolean) => void): void {
    const response = this.#response;
    response.once("close", () => listener(response.writableFinished));
  }

  #stall: NodeJS.Timeout | undefined;

  /** Ends the connection when what waits is not read in time. */
  #cutOffWhenStalled(): void {
    if (this.#stall) return;
    const response = this.#response;
    const settle = (): void => {
      clearTimeout(this.#stall);
      this.#stall = undefined;
    };
    this.#stall = setTimeout(() => response.destroy(), STALLED_MS).unref();
    for (const event of ["drain", "finish", "close"]) response.once(event, settle);
  }
}

function ignore(): void {}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

const BROKEN: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Content Too Large",
};

/** What the parser refused gets one answer, of our own words, and the connection ends. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  // Part of another response may have been sent already: then this would be taken for its body.
  if (socket.writable && socket.bytesWritten === 0) {
    const { code = "" } = error;
    const isLate = code.endsWith("_REQUEST_TIMEOUT");
    const status = isLate ? "408 Request Timeout" : (BROKEN[code] ?? "400 Bad Request");
    const body = JSON.stringify({
      error_code: "BAD_REQUEST",
      message: "This is not an HTTP request as it is understood here.",
    });
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}
