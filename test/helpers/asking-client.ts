import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { ServedWorkspace } from "./served-workspace.ts";

/** What a person was shown. */
export interface Shown {
  readonly message: string;
}

/** What the person does with a question. */
export type Answer = (shown: Shown) => {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: Record<string, boolean | string>;
};

export const YES: Answer = () => ({ action: "accept", content: { approve: true } });
export const NO: Answer = () => ({ action: "decline" });

export interface CallAnswer {
  readonly isError?: boolean;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}

export interface AskedClient {
  /** Every question that was put, in order. */
  readonly shown: readonly Shown[];
  answer: Answer;
  call(name: string, args: Record<string, unknown>): Promise<CallAnswer>;
  close(): Promise<void>;
}

/** Where a client connects: the pipes of a server of its own, or an address. */
export type Place =
  | { readonly command: ServedWorkspace["command"]; readonly words?: readonly string[] }
  | { readonly url: string };
export type Era = "2025" | "2026";

/** A client of either era, in front of a person who answers as told. Without `answer` it cannot be asked. */
export async function connectAsked(place: Place, era: Era, answer?: Answer): Promise<AskedClient> {
  const client = new Client(
    { name: "asked", version: "1" },
    {
      capabilities: answer ? { elicitation: { form: {} } } : {},
      versionNegotiation: { mode: era === "2025" ? "legacy" : { pin: "2026-07-28" } },
    },
  );
  const shown: Shown[] = [];
  const asked: AskedClient = {
    shown,
    answer: answer ?? NO,
    call: async (name, args) =>
      JSON.parse(JSON.stringify(await client.callTool({ name, arguments: args }))),
    close: () => client.close(),
  };
  if (answer)
    client.setRequestHandler("elicitation/create", ({ params }) => {
      shown.push({ message: params.message });
      return asked.answer({ message: params.message });
    });
  await client.connect(
    "url" in place
      ? new StreamableHTTPClientTransport(new URL(place.url))
      : new StdioClientTransport({
          command: place.command.command,
          args: [...place.command.args, ...(place.words ?? [])],
          stderr: "ignore",
        }),
  );
  return asked;
}

export interface AddressedServer {
  readonly origin: string;
  close(): Promise<void>;
}

/** `glovebox serve --http` at a free port of this machine. */
export async function serveAtAddress(
  { command }: Pick<ServedWorkspace, "command">,
  words: readonly string[] = [],
): Promise<AddressedServer> {
  const child = spawn(
    command.command,
    [...command.args, "--http", "--listen", "127.0.0.1:0", ...words],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    const { port } = JSON.parse(line.startsWith("{") ? line : "{}");
    if (typeof port !== "number") continue;
    child.stderr.resume();
    return {
      origin: `http://127.0.0.1:${port}`,
      async close() {
        child.kill("SIGTERM");
        await exited;
      },
    };
  }
  throw new Error(`the server did not listen: ${lines.join("\n")}`);
}
