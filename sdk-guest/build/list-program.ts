// A program of its own, in a process that may do nothing: runs a plugin's modules once and says what its tools are.
// The source may be a stranger's that somebody only builds, and a context of `node:vm` holds nobody.
import process from "node:process";
import { text } from "node:stream/consumers";
import { createContext, Script } from "node:vm";

/** What this program is asked, on stdin as JSON. */
export interface ListRequest {
  readonly script: string;
  readonly filename: string;
  readonly loadMsMax: number;
}

/** What it answers on stdout as JSON: what the plugin lists, as JSON, or why there is nothing. */
export type ListAnswer =
  | { readonly listed: string }
  | { readonly message: string; readonly stack: string };

/** What V8 has and the guest's engines do not: found here with a line, and not later without one. */
const MISSING = ["Intl", "Temporal", "WebAssembly", "console"];

/** `ListedPlugin` of `surface.ts`. */
const LIST = `JSON.stringify({
  tools: plugin.tools.listTools(),
  resources: plugin.resources.listResources(),
  prompts: plugin.prompts.listPrompts(),
  offered: plugin.offered,
})`;

function list({ script, filename, loadMsMax }: ListRequest): ListAnswer {
  const context = createContext({});
  const timeout = loadMsMax;
  try {
    new Script(MISSING.map((name) => `delete globalThis.${name};`).join("")).runInContext(context);
    new Script(script, { filename }).runInContext(context, { timeout });
    const listed: unknown = new Script(LIST).runInContext(context, { timeout });
    return { listed: String(listed) };
  } catch (cause) {
    const { message = cause, stack = "" } = cause as { message?: unknown; stack?: unknown };
    return { message: String(message), stack: String(stack) };
  }
}

// Never by `readFileSync(0)`: the pipe does not block, so that fails whenever this process is quicker than its parent.
const answer = list(JSON.parse(await text(process.stdin)) as ListRequest);
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
