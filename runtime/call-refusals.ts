import type { ClientError } from "./answer.ts";
import { makeVisible } from "./firewall/visible.ts";

const NAME_CHARS_MAX = 80;

/** The name is shown with all that a terminal would obey or not show made visible. */
export function unknownTool(name: string): ClientError {
  return {
    error_code: "UNKNOWN_TOOL",
    message: `There is no tool named ${makeVisible(JSON.stringify(name.slice(0, NAME_CHARS_MAX)))}.`,
    suggestion: "List the tools and use a name from the list.",
  };
}

/** Names all that the tool needs, so that whoever gets new credentials has to ask only once. */
export function insufficientScope(needed: readonly string[]): ClientError {
  return {
    error_code: "INSUFFICIENT_SCOPE",
    message: `This tool needs the scopes: ${needed.join(" ")}.`,
    suggestion: "Ask the operator, or the authorization server, for credentials with all of them.",
  };
}
