// Requests as bytes over plain sockets, so that what sends them costs little and hides nothing.
import { connect, type Socket } from "node:net";
import { makeRequest, TOOL_NAME } from "./tool.ts";

export interface LoadTarget {
  readonly port: number;
  /** API keys that take turns; none sends no credentials. */
  readonly keys: readonly string[];
  /** Header lines of all requests, of the era and the session. */
  readonly headers: readonly string[];
}

const END_OF_HEAD = Buffer.from("\r\n\r\n");

/** Makes `calls` calls with so many in flight, each on a connection that is kept. Throws at the first answer that is none. */
export async function makeLoad(target: LoadTarget, calls: number, inFlight: number): Promise<void> {
  let next = 0;
  const take = (): number | undefined => (next < calls ? next++ : undefined);
  await Promise.all(Array.from({ length: inFlight }, () => runConnection(target, take)));
}

function runConnection(target: LoadTarget, take: () => number | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(target.port, "127.0.0.1");
    socket.setNoDelay(true);
    let received: Buffer = Buffer.alloc(0);
    let expected = "";
    const send = (): void => {
      const index = take();
      if (index === undefined) return void socket.end(resolve);
      expected = `hello ${index}`;
      sendCall(socket, target, index);
    };
    socket.on("connect", send);
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const end = received.indexOf(END_OF_HEAD);
      if (end < 0) return;
      const head = received.subarray(0, end).toString("latin1");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
      const size = end + END_OF_HEAD.length + length;
      if (received.length < size) return;
      const text = received.subarray(0, size).toString();
      received = received.subarray(size);
      if (text.startsWith("HTTP/1.1 200") && text.includes(expected)) return send();
      socket.destroy();
      reject(new Error(`not an answer: ${text.slice(0, 500)}`));
    });
  });
}

function sendCall(socket: Socket, { port, keys, headers }: LoadTarget, index: number): void {
  const body = JSON.stringify(makeRequest(index));
  const key = keys[index % keys.length];
  const head = [
    "POST /mcp HTTP/1.1",
    `Host: 127.0.0.1:${port}`,
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    "MCP-Protocol-Version: 2026-07-28",
    "Mcp-Method: tools/call",
    `Mcp-Name: ${TOOL_NAME}`,
    ...(key === undefined ? [] : [`Authorization: Bearer ${key}`]),
    ...headers,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
}
