import type { Cursor } from "../plugin/cursor.ts";
import type { AuthConfiguration, ScopeConfiguration } from "./auth-configuration.ts";
import { readAuth } from "./read-auth.ts";
import { readScopes } from "./read-scopes.ts";

/** The section `server`: how clients reach the tools, and who they have to be. One reader for each part. */
export interface ServerConfiguration {
  readonly auth?: AuthConfiguration;
  readonly scopes?: ScopeConfiguration;
}

export function readServer(member: Cursor): ServerConfiguration {
  if (member.isAbsent()) return {};
  const fields = member.fields([], ["auth", "scopes"]);
  return {
    ...fields.optional("auth", readAuth),
    ...fields.optional("scopes", readScopes),
  };
}
