import type { Cursor } from "../../plugin/cursor.ts";
import type { ScopeConfiguration } from "./auth-configuration.ts";

const SCOPES_MAX = 64;
/** A `scope-token` of RFC 6749, 3.3: it stands between quotation marks in challenges. */
const SCOPE = {
  lengthMin: 1,
  lengthMax: 128,
  pattern: /^[\x21\x23-\x5b\x5d-\x7e]+$/,
  shape: "a scope such as files:write, without spaces and quotation marks",
};

/** Reads `server.scopes`. Whether every tool that it names exists is asked at the start, when the tools are known. */
export function readScopes(member: Cursor): ScopeConfiguration {
  const fields = member.fields(["default"], ["tools"]);
  // Looked up by names that clients send: nothing is to be found there that was not configured.
  const tools = Object.create(null) as Record<string, readonly string[]>;
  fields.optional("tools", (named) => {
    for (const [name, scopes] of named.entries()) tools[name] = readScopeNames(scopes);
  });
  return { default: readScopeNames(fields.get("default")), tools };
}

export function readScopeNames(member: Cursor): readonly string[] {
  return [...new Set(member.items(0, SCOPES_MAX).map((item) => item.string(SCOPE)))];
}
