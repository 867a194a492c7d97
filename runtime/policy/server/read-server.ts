import type { Cursor } from "../../plugin/cursor.ts";
import { NO_SERVER, type ServerConfiguration } from "./configuration.ts";
import { readAuth } from "./read-auth.ts";
import { readHttp } from "./http.ts";
import { readRate } from "./rate.ts";
import { readReference } from "./reference.ts";
import { readRegions } from "./regions.ts";
import { readScopes } from "./read-scopes.ts";
import { readStore } from "./store.ts";
import { readTasks } from "./tasks.ts";

/** Reads the section `server`. Each key's own reader stands in a file of its own. */
export function readServer(member: Cursor): ServerConfiguration {
  if (member.isAbsent()) return NO_SERVER;
  const fields = member.fields(
    [],
    ["auth", "scopes", "http", "rate", "regions", "tenants", "store", "state_key", "tasks"],
  );
  const stateKey = fields.get("state_key");
  const auth = fields.optional("auth", readAuth);
  return {
    ...auth,
    residency: readRegions(fields.get("regions"), fields.get("tenants"), auth.auth),
    ...fields.optional("scopes", readScopes),
    http: readHttp(fields.get("http")),
    ...fields.optional("rate", readRate),
    store: readStore(fields.get("store")),
    ...fields.optional("tasks", readTasks),
    ...(stateKey.value === undefined ? {} : { stateKey: readReference(stateKey) }),
  };
}
