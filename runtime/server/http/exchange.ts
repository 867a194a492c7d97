/** Headers by lower-case name. One that came twice has both values, joined by `, `: no check that wants one takes that. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** One request, as far as its head says. Every word of it is a stranger's; the listener has bounded its size. */
export interface HttpRequest {
  readonly method: string;
  /** As it was sent: a path, perhaps with a query. */
  readonly target: string;
  readonly headers: RequestHeaders;
  /** Of the connection: a proxy's, where there is one. */
  readonly remoteAddress: string;
  /** Whether this connection itself is TLS. */
  readonly isEncrypted: boolean;
  /** DER of the client's certificate, where TLS asked for one and a named authority vouches for it. */
  readonly clientCertificate: Uint8Array | undefined;
}

/** Why there is no body. */
export type BodyFault = "too large" | "gone";

/** One request and its one response. */
export interface HttpExchange {
  readonly request: HttpRequest;
  /** The whole body, once. A body that comes too slowly ends the connection. */
  readBody(bytesMax: number): Promise<Uint8Array | BodyFault>;
  /** The whole response. Nothing happens when the client has gone, or has its answer. */
  answer(status: number, headers: Readonly<Record<string, string>>, body: string): void;
  /** Begins a response that is sent as it comes. */
  stream(status: number, headers: Readonly<Record<string, string>>): HttpStream;
  /** Hears, once, that the response has been handed to the system (`true`) or that the client went before (`false`). */
  onClosed(listener: (isFinished: boolean) => void): void;
}

export interface HttpStream {
  /** False when the client is gone. One that does not read what was written is cut off, so that nothing piles up. */
  write(text: string): boolean;
  end(text?: string): void;
}

/** What is told of each request. It never throws, and answers each exchange once. */
export type HttpHandler = (exchange: HttpExchange) => void;

/** Lets clients in until it is closed. */
export interface HttpListener {
  /** Where it listens, the port as the system gave it. */
  readonly address: { readonly host: string; readonly port: number };
  readonly connections: number;
  /** Takes no new connection; those that are idle end now, and others after their response. */
  stopAccepting(): void;
  /** Ends every connection. */
  close(): Promise<void>;
}
