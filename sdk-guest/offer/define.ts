import type { ContentBlock, ResourceContents, ToolContext } from "../tool/define.ts";

/** Suggestions for a value that begins with `value`. `context` has the arguments that are known already. */
export type Completer = (
  value: string,
  context: Readonly<Record<string, string>>,
) => Completed | Promise<Completed>;

export type Completed =
  | readonly string[]
  | { readonly values: readonly string[]; readonly total?: number; readonly hasMore?: boolean };

/** What a resource's handler answers: a text, bytes, or contents that say more. */
export type ResourceAnswer =
  | string
  | Uint8Array
  | { readonly contents: readonly Partial<ResourceContents>[] };

interface ResourceHead {
  readonly name: string;
  readonly title?: string;
  /** What the model reads: what is in it. */
  readonly description?: string;
  readonly mimeType?: string;
}

/** A resource of one address, or all that a template matches: `notes://{id}/text`, each `{variable}` one part of a path. */
export type ResourceOptions = ResourceHead &
  (
    | {
        readonly uri: string;
        read(uri: string, ctx: ToolContext): ResourceAnswer | Promise<ResourceAnswer>;
      }
    | {
        readonly uriTemplate: string;
        readonly complete?: Readonly<Record<string, Completer>>;
        read(
          uri: string,
          ctx: ToolContext,
          variables: Readonly<Record<string, string>>,
        ): ResourceAnswer | Promise<ResourceAnswer>;
      }
  );

export type Resource = Readonly<ResourceOptions>;

export interface PromptArgument {
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly complete?: Completer;
}

export interface PromptMessage {
  readonly role: "user" | "assistant";
  readonly content: ContentBlock;
}

/** What a prompt's handler answers: the user's words, messages, or messages with a description. */
export type PromptAnswer =
  | string
  | readonly PromptMessage[]
  | { readonly description?: string; readonly messages: readonly PromptMessage[] };

export interface PromptOptions<Names extends string = string> {
  /** As a tool's name. */
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: Readonly<Record<Names, PromptArgument>>;
  get(
    args: Readonly<Partial<Record<Names, string>>>,
    ctx: ToolContext,
  ): PromptAnswer | Promise<PromptAnswer>;
}

export type Prompt = Omit<PromptOptions, "get"> & {
  get(args: never, ctx: ToolContext): PromptAnswer | Promise<PromptAnswer>;
};

const RESOURCE_KEYS = [
  "uri",
  "uriTemplate",
  "name",
  "title",
  "description",
  "mimeType",
  "complete",
  "read",
];
const PROMPT_KEYS = ["name", "title", "description", "arguments", "get"];

/** Defines one resource. Throws `TypeError` at once where it could not be served. */
export function defineResource(options: ResourceOptions): Resource {
  const address = "uri" in options ? options.uri : options.uriTemplate;
  const where = `defineResource(${JSON.stringify(address)})`;
  assertKeys(options, RESOURCE_KEYS, where);
  if ("uri" in options === "uriTemplate" in options)
    throw new TypeError(`${where}: it needs either \`uri\` or \`uriTemplate\``);
  if (typeof address !== "string" || !/^[a-z][a-z0-9+.-]*:/.test(address))
    throw new TypeError(`${where}: an address begins with a scheme of your own: notes://…`);
  if (typeof options.name !== "string" || options.name === "")
    throw new TypeError(`${where}: it needs a name`);
  if (typeof options.read !== "function") throw new TypeError(`${where}: it needs \`read\``);
  return Object.freeze({ ...options });
}

/** Defines one prompt. Throws `TypeError` at once where it could not be served. */
export function definePrompt<Names extends string>(options: PromptOptions<Names>): Prompt {
  const where = `definePrompt(${JSON.stringify(options.name)})`;
  assertKeys(options, PROMPT_KEYS, where);
  if (typeof options.name !== "string" || !/^[a-z][a-z0-9_]{0,47}$/.test(options.name))
    throw new TypeError(
      `${where}: a name is a lower-case letter, then lower-case letters, digits and _, at most 48`,
    );
  if (typeof options.get !== "function") throw new TypeError(`${where}: it needs \`get\``);
  return Object.freeze({ ...options });
}

function assertKeys(options: object, known: readonly string[], where: string): void {
  for (const key of Object.keys(options))
    if (!known.includes(key)) throw new TypeError(`${where}: unknown key "${key}"`);
}
