// A program of its own, in a process that may do nothing: runs a plugin's modules once and says what its tools are.
// The source may be a stranger's that somebody only builds, and a context of `node:vm` holds nobody.
import { readFileSync } from "node:fs";
import process from "node:process";
import { createContext, Script } from "node:vm";

/** What this program is asked, on stdin as JSON. */
export interface ListRequest {
  readonly script: string;
  readonly filename: string;
  readonly loadMsMax: number;
}

/** What it answers on stdout as JSON: the text that `list-tools` answers, or why there is none. */
export type ListAnswer =
  | { readonly listed: string }
  | { readonly message: string; readonly stack: string };

/** What V8 has and the guest's engines do not: found here with a line, and not later without one. */
const MISSING = ["Intl", "Temporal", "WebAssembly", "console"];

function list({ script, filename, loadMsMax }: ListRequest): ListAnswer {
  const context = createContext({});
  const timeout = loadMsMax;
  try {
    new Script(MISSING.map((name) => `delete globalThis.${name};`).join("")).runInContext(context);
    new Script(script, { filename }).runInContext(context, { timeout });
    const listed: unknown = new Script("plugin.tools.listTools()").runInContext(context, {
      timeout,
    });
    return { listed: String(listed) };
  } catch (cause) {
    const { message = cause, stack = "" } = cause as { message?: unknown; stack?: unknown };
    return { message: String(message), stack: String(stack) };
  }
}

const answer = list(JSON.parse(readFileSync(0, "utf8")) as ListRequest);
process.stdout.write(JSON.stringify(answer), () => process.exit(0));
