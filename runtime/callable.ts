import type { BrokerWatch } from "./audit/watch-brokers.ts";
import type { Calling } from "./calling.ts";
import type { ToolDefinition } from "./plugin/formats.ts";
import type { Validator } from "./plugin/schema/validator.ts";
import type { SealedPlugin } from "./sandbox/sandbox.ts";

/** What of a plugin a client can call. All of it takes the same way: nothing goes around a step because of what it is. */
export type CallKind = "tool" | "resource" | "prompt" | "completion";

/** One tool, ready to be called: everything a call needs was verified and made before the first call. */
export interface CallableTool {
  /** `tool` when it is left out. Resources, prompts and completions are called as tools that only read. */
  readonly kind?: CallKind;
  readonly exposedName: string;
  readonly tool: ToolDefinition;
  readonly validateArguments: Validator;
  readonly validateResult: Validator | undefined;
  /** What it makes of arguments and answers; its plugin's where it is left out. */
  readonly calling?: Calling;
  readonly plugin: CallablePlugin;
}

export interface CallablePlugin {
  readonly alias: string;
  readonly name: string;
  readonly version: string;
  readonly component: string;
  readonly sealed: SealedPlugin;
  /** What its shape makes of arguments and answers; `glovebox:plugin/tools` where it is left out. */
  readonly calling?: Calling;
  readonly watch: BrokerWatch;
  readonly deadlineMs: number;
  /** Whether it may ask anything of anybody: then it is told what this client can be asked. */
  readonly asks?: boolean;
}

/** Names of tools have no blank, so that nothing else is found by one. */
export function callableKey(kind: CallKind, name: string): string {
  return kind === "tool" ? name : `${kind} ${name}`;
}
