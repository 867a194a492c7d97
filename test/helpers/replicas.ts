import { spawn, type ChildProcess } from "node:child_process";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { GLOVEBOX } from "./served-workspace.ts";

/** One real `glovebox serve --http`. */
export interface Replica {
  /** Of its own `/mcp`. */
  readonly url: string;
  readonly child: ChildProcess;
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly log: string[];
}

/** Starts a server of a workspace on a port that the system chooses. */
export async function startReplica(
  configFile: string,
  environment: NodeJS.ProcessEnv,
): Promise<Replica> {
  const words = ["serve", "--http", "--listen", "127.0.0.1:0", "--config", configFile];
  const child = spawn(process.execPath, [GLOVEBOX, ...words], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...environment },
  });
  const exited = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once("close", (code, signal) => resolve(code ?? signal ?? -1)),
  );
  const log: string[] = [];
  const { promise: port, resolve } = Promise.withResolvers<number>();
  createInterface({ input: child.stderr }).on("line", (line) => {
    log.push(line);
    const found = /"port":(\d+)/.exec(line);
    if (found) resolve(Number(found[1]));
  });
  const begun = await Promise.race([port, exited.then(() => undefined)]);
  if (begun === undefined) throw new Error(`the server did not start: ${log.join("\n")}`);
  return { url: `http://127.0.0.1:${begun}/mcp`, child, exited, log };
}

export interface Balancer extends AsyncDisposable {
  readonly url: string;
  /** How many requests each replica got, by its URL. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * A proxy that sends each request to the next replica, and to another where none listens any more. What was sent once
 * is not sent again.
 */
export async function startBalancer(replicas: readonly Replica[]): Promise<Balancer> {
  const counts = new Map<string, number>();
  let turn = 0;
  const server = http.createServer((request, response) => {
    turn += 1;
    const first = turn;
    const forward = (tries: number): void => {
      const replica = replicas[(first + tries) % replicas.length];
      if (!replica || tries >= replicas.length) return void response.writeHead(502).end();
      const target = new URL(replica.url);
      const { host: _host, connection: _connection, ...headers } = request.headers;
      const onward = http.request(target, {
        method: request.method ?? "POST",
        agent: false,
        headers: { ...headers, host: target.host },
      });
      onward.once("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
        answer.once("error", () => response.destroy());
      });
      onward.once("error", (error) => {
        const isRefused = "code" in error && error.code === "ECONNREFUSED";
        if (isRefused && !response.headersSent) forward(tries + 1);
        else response.destroy();
      });
      response.once("close", () => onward.destroy());
      onward.once("socket", (socket) =>
        socket.once("connect", () => {
          counts.set(replica.url, (counts.get(replica.url) ?? 0) + 1);
          request.pipe(onward);
        }),
      );
    };
    forward(0);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    counts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
