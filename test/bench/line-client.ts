import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";

/** What starts a server. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CallResult {
  readonly isError?: boolean;
  readonly content?: readonly { readonly text?: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly id?: number;
  readonly result?: CallResult;
  readonly error?: { readonly message: string };
}

interface Waiting {
  readonly resolve: (result: CallResult) => void;
  readonly reject: (error: Error) => void;
}

/** A server that was started, and whose tools are called. */
export interface ToolClient {
  readonly pid: number;
  call(name: string, args: object): Promise<CallResult>;
  /** Resolves when the server has gone. */
  close(): Promise<void>;
}

const CLOSE_MS_MAX = 5000;

/** An MCP client that costs little beside the servers it measures: lines of JSON-RPC over pipes, and no validation. */
export class LineClient implements ToolClient {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, Waiting>();
  #stderr = "";
  #rest = "";
  #lastId = 0;

  private constructor({ command, args, env }: Command) {
    this.#child = spawn(command, args, { stdio: "pipe", env: { ...process.env, ...env } });
    this.#child.stdin.on("error", () => undefined);
    this.#child.stderr.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.#child.stdout.setEncoding("utf8").on("data", (chunk: string) => this.#hear(chunk));
    this.#child.once("close", (code) => this.#failAll(code));
  }

  /** Starts a server, and resolves when it has answered its list of tools. */
  static async open(command: Command): Promise<LineClient> {
    const client = new LineClient(command);
    await client.#ask("initialize", {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "bench", version: "1" },
    });
    client.#child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
    await client.#ask("tools/list", {});
    return client;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  call(name: string, args: object): Promise<CallResult> {
    return this.#ask("tools/call", { name, arguments: args });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), CLOSE_MS_MAX);
    await closed;
    clearTimeout(kill);
  }

  #ask(method: string, params: object): Promise<CallResult> {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<CallResult>();
    this.#waiting.set(id, { resolve, reject });
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
    return promise;
  }

  #hear(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#settle(JSON.parse(line) as Answer);
  }

  #settle({ id, result, error }: Answer): void {
    // What has no id is a notification, which nobody here waits for.
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (result) waiting?.resolve(result);
    else waiting?.reject(new Error(error?.message ?? "an answer without a result"));
  }

  #failAll(code: number | null): void {
    const error = new Error(`the server exited ${code}: ${this.#stderr}`);
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}
