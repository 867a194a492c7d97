import type { Cursor } from "../plugin/cursor.ts";
import { readHttp } from "./read-http.ts";
import { DEFAULT_SERVER, type ServerConfiguration } from "./server-configuration.ts";

/** A reference to a secret, as `powers/secrets.ts` reads it. Secrets themselves never stand in the configuration. */
export const SECRET_REFERENCE = {
  lengthMax: 4096,
  pattern: /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+|file:[A-Za-z]:[\\/].+)$/,
  shape: "a reference such as env:NAME or file:/run/secrets/NAME",
};

/** Reads the section `server`. Without it nothing is served over HTTP but what `serve --http` has by default. */
export function readServer(member: Cursor): ServerConfiguration {
  if (member.isAbsent()) return DEFAULT_SERVER;
  const fields = member.fields([], ["http", "state_key"]);
  const stateKey = fields.get("state_key");
  return {
    http: readHttp(fields.get("http")),
    ...(stateKey.isAbsent() ? {} : { stateKey: stateKey.string(SECRET_REFERENCE) }),
  };
}
