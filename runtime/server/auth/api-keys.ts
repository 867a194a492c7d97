import { timingSafeEqual } from "node:crypto";
import { HostError } from "@glovebox/host-api/errors";
import { GloveboxError, Refusals } from "../../errors.ts";
import { makePrincipal } from "../../policy/principal.ts";
import type { ToolScopes } from "../../policy/tool-scopes.ts";
import { hashApiKey, idOfApiKey } from "./api-key.ts";
import type { Authentication, Authenticator } from "../http/authenticate.ts";
import {
  askForCredentials,
  challenged,
  refuse,
  unavailable,
  type ChallengeTerms,
} from "./challenge.ts";
import { readCredentials } from "./credentials.ts";
import { AuthError } from "./errors.ts";
import { KEY_FILE_BYTES_MAX, isValidKey, parseKeyFile, type StoredKey } from "./key-file.ts";
import type { NoteTrouble, PrivateFiles } from "./powers.ts";
import { decideScopes } from "./decide-scopes.ts";

export interface ApiKeySetting {
  readonly file: string;
  readonly files: PrivateFiles;
  readonly scopes: ToolScopes;
  readonly noteTrouble: NoteTrouble;
  readonly nowMs: () => number;
}

interface KnownKey {
  readonly key: StoredKey;
  readonly hash: Buffer;
  readonly outcome: Authentication;
}

/** How long a revocation may take to be noticed. */
export const KEYS_CHECKED_EVERY_MS = 250;
const RETRY_SECONDS = 5;
/** What an unknown id is compared with, so that the answer comes no sooner. No key has this hash. */
const NOBODY = Buffer.alloc(32);

/**
 * `mode: keys`. The file is read again whenever it changes, so that a revocation holds in a running server. Throws
 * `AuthError` where it cannot be used at the start; later on, what cannot be read is as if every key were revoked.
 */
export function makeApiKeys(setting: ApiKeySetting): Authenticator {
  const { file, files, scopes, noteTrouble, nowMs } = setting;
  const terms: ChallengeTerms = { schemes: ["Bearer"], scopes: scopes.usual, proofAlgorithms: [] };
  const missing = challenged(askForCredentials(terms));
  const refused = challenged(refuse(terms, "invalid_token", "The API key is not valid here."));
  const closed = challenged(
    unavailable("API keys cannot be checked at the moment.", RETRY_SECONDS),
  );
  let stamp = files.stampOf(file);
  let known: ReadonlyMap<string, KnownKey> | undefined = readKnown(file, files);
  let checkedMs = nowMs();

  const refresh = (): void => {
    const now = nowMs();
    // A clock that was set back must not keep a revocation waiting.
    if (now - checkedMs < KEYS_CHECKED_EVERY_MS && now >= checkedMs) return;
    checkedMs = now;
    const found = files.stampOf(file);
    if (found === stamp && known !== undefined) return;
    stamp = found;
    try {
      const hadTrouble = known === undefined;
      known = readKnown(file, files);
      if (hadTrouble) noteTrouble("the file of API keys can be read again");
    } catch (error) {
      if (known !== undefined)
        noteTrouble(
          `no API key is accepted: ${error instanceof GloveboxError ? error.code : "the file cannot be read"}`,
        );
      known = undefined;
    }
  };

  return {
    authenticate(request): Authentication {
      const credentials = readCredentials(request);
      if (credentials.kind === "none") return missing;
      if (credentials.kind === "malformed")
        return challenged(refuse(terms, "invalid_request", credentials.why));
      refresh();
      if (known === undefined) return closed;
      if (credentials.kind !== "bearer") return refused;
      const id = idOfApiKey(credentials.token);
      const entry = id === undefined ? undefined : known.get(id);
      // The same work for every text: how long it takes does not tell whether an id exists.
      const isSame = timingSafeEqual(hashApiKey(credentials.token), entry?.hash ?? NOBODY);
      if (!isSame || entry === undefined || !isValidKey(entry.key, nowMs())) return refused;
      return entry.outcome;
    },
    decideTool: (principal, name) =>
      decideScopes(principal, name, scopes, (needed) =>
        refuse(
          { ...terms, scopes: needed },
          "insufficient_scope",
          "The API key lacks a scope that this tool needs.",
        ),
      ),
  };
}

function readKnown(file: string, files: PrivateFiles): ReadonlyMap<string, KnownKey> {
  return new Map(
    readKeys(file, files).map((key) => {
      const { id, tenant, subject, name, scopes } = key;
      const principal = makePrincipal({
        via: "key",
        tenant,
        ...(subject === undefined ? {} : { subject }),
        client: name,
        credential: id,
        scopes,
      });
      return [
        id,
        { key, hash: Buffer.from(key.hash, "hex"), outcome: { kind: "principal", principal } },
      ];
    }),
  );
}

/** The keys in a file that must be there. Throws `AuthError` that says what is wrong with it, or `Refusals`. */
export function readKeys(file: string, files: PrivateFiles): readonly StoredKey[] {
  const place = { place: { file } };
  try {
    return parseKeyFile(files.readPrivate(file, KEY_FILE_BYTES_MAX), file);
  } catch (cause) {
    if (cause instanceof GloveboxError || cause instanceof Refusals) throw cause;
    if (!(cause instanceof HostError)) throw cause;
    const detail = { ...place, cause };
    if (cause.tag === "not-found")
      throw new AuthError("ERR_KEYS_MISSING", "There is no file of API keys.", detail);
    if (cause.tag === "not-permitted")
      throw new AuthError("ERR_KEYS_EXPOSED", "Others than its owner may use the file.", detail);
    throw new AuthError("ERR_KEYS_INVALID", "The file cannot be read.", detail);
  }
}
