import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
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

/** A client of the era 2025 over stdio, in front of a person who answers as told. Without `answer` it cannot be asked. */
export async function connectAsked(
  { command }: Pick<ServedWorkspace, "command">,
  answer?: Answer,
  words: readonly string[] = [],
): Promise<AskedClient> {
  const client = new LegacyClient(
    { name: "asked", version: "1" },
    { capabilities: answer ? { elicitation: { form: {} } } : {} },
  );
  const shown: Shown[] = [];
  const asked: AskedClient = {
    shown,
    answer: answer ?? NO,
    call: async (name, args) =>
      (await client.callTool({ name, arguments: args })) as unknown as CallAnswer,
    close: () => client.close(),
  };
  if (answer)
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      shown.push({ message: params.message });
      return asked.answer({ message: params.message });
    });
  await client.connect(
    new LegacyStdio({
      command: command.command,
      args: [...command.args, ...words],
      stderr: "ignore",
    }),
  );
  return asked;
}
