import type { Configuration } from "../../policy/configuration.ts";
import type { TokenAuth } from "../../policy/server/auth-configuration.ts";
import { makeToolScopes } from "../../policy/tool-scopes.ts";
import type { SourcePowers } from "../../supply/sources/powers.ts";
import type { Authenticator } from "../http/authenticate.ts";
import type { SharedStore } from "../store/shared-store.ts";
import { makeApiKeys } from "./api-keys.ts";
import { makeClientCertificates } from "./client-certificates.ts";
import { AuthError } from "./errors.ts";
import { LOCAL_ONLY } from "./local-only.ts";
import type { NoteTrouble, PrivateFiles } from "./powers.ts";

export interface AuthSetting {
  readonly server: Configuration["server"];
  readonly mode: Configuration["mode"];
  /** Absolute path of the API keys' hashes. */
  readonly keysFile: string;
  readonly privateFiles: PrivateFiles;
  readonly sources: SourcePowers;
  /** Where replicas meet; undefined where this process is alone. */
  readonly store?: SharedStore;
  readonly noteTrouble: NoteTrouble;
}

/**
 * The one authenticator of a server, as `server.auth` has it; without it, this machine only.
 * Throws `AuthError` where it could not recognise anybody rightly.
 */
export async function openAuthenticator(setting: AuthSetting): Promise<Authenticator> {
  const { server, mode, keysFile, privateFiles, noteTrouble } = setting;
  const { auth = { mode: "none" }, scopes: configured } = server;
  const scopes = makeToolScopes(configured);
  const nowMs = (): number => Date.now();
  if (auth.mode === "none") return LOCAL_ONLY;
  if (auth.mode === "keys")
    return makeApiKeys({ file: keysFile, files: privateFiles, scopes, noteTrouble, nowMs });
  if (auth.mode === "mtls") return makeClientCertificates({ auth, scopes, nowMs });
  if (mode === "production") assertSecure(auth);
  return openAccessTokens(auth, setting);
}

/** Loaded by whoever needs it: no other server waits for a library of tokens. */
async function openAccessTokens(
  auth: TokenAuth,
  { server, sources, store, noteTrouble }: AuthSetting,
): Promise<Authenticator> {
  const { makeAccessTokens } = await import("./access-tokens.ts");
  const { makeLocalReplayGuard, makeSharedReplayGuard } = await import("./replay-guard.ts");
  return makeAccessTokens({
    auth,
    scopes: server.scopes,
    powers: sources,
    replay: store ? makeSharedReplayGuard(store) : makeLocalReplayGuard(() => performance.now()),
    noteTrouble,
    nowMs: () => Date.now(),
  });
}

function assertSecure({ issuer, jwks, resource }: TokenAuth): void {
  const plain = Object.entries({ issuer, jwks, resource }).filter(([, address]) =>
    address?.startsWith("http:"),
  );
  const [first] = plain;
  if (first === undefined) return;
  const names = plain.map(([name]) => `\`${name}\``).join(", ");
  throw new AuthError("ERR_AUTH_INSECURE", `In production ${names} must be https.`, {
    place: { path: `server.auth.${first[0]}` },
  });
}
