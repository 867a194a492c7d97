// The least that a JSON-RPC server over node:http does: read, parse, dispatch, answer. Everything is held against it.
import { createServer } from "node:http";
import { announce } from "./announce.ts";
import { answerEcho, TOOL_NAME } from "./tool.ts";

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
    const isKnown = method === "tools/call" && params.name === TOOL_NAME;
    const body = JSON.stringify({
      jsonrpc: "2.0",
      id,
      ...(isKnown
        ? { result: answerEcho(params.arguments) }
        : { error: { code: -32_601, message: "no" } }),
    });
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () => announce(server.address()));
