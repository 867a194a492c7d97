import type { JsonObject } from "@glovebox/host-api/json";

import { createHash } from "node:crypto";

/** On whose behalf a call runs. Built once, where the client was authenticated, and handed on as data from there. */
export interface Principal {
  /** How it is known that it is this one. */
  readonly via: "local" | "none" | "key" | "token" | "certificate";
  /** Whose data a call may see: folders, keys, secrets, tasks and taint are kept apart by it. */
  readonly tenant: string;
  /** The user (`sub`), where one is known. */
  readonly subject?: string;
  /** The client program (`client_id`, or the name of its API keys), where one is known. */
  readonly client?: string;
  /** Which of the client's credentials it was: the id of an API key. It changes with the key, and the principal does not. */
  readonly credential?: string;
  /** Undefined where there are no scopes to hold: then every exposed tool may be called. */
  readonly scopes?: ReadonlySet<string>;
  /** Stable and unique for tenant, subject and client together: the key of limits, sessions, tasks and approvals. */
  readonly id: string;
}

export const LOCAL_TENANT = "local";

/** Whoever started this process and holds its pipes. */
export const LOCAL_PRINCIPAL: Principal = { via: "local", tenant: LOCAL_TENANT, id: "local" };

/** Whoever reaches a server without authentication, which listens to this machine only. Its data is the local tenant's. */
export const UNNAMED_PRINCIPAL: Principal = { via: "none", tenant: LOCAL_TENANT, id: "none" };

export const TENANT_CHARS_MAX = 128;
const NAME_CHARS_MAX = 256;
const ID_CHARS = 22;

/** Whether this may be a tenant's name. Tokens and certificates bring names: none may pass for the local tenant. */
export function isTenantName(name: string): boolean {
  return name !== LOCAL_TENANT && isPlainName(name, TENANT_CHARS_MAX);
}

/** Whether this may be the name of a user or a client: printable, whole characters, nothing that hides. */
export function isPrincipalName(name: string): boolean {
  return isPlainName(name, NAME_CHARS_MAX);
}

function isPlainName(name: string, charsMax: number): boolean {
  return name.length > 0 && name.length <= charsMax && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name);
}

/** Makes the principal of an authenticated client. Its names have passed `isTenantName` and `isPrincipalName`. */
export function makePrincipal(
  known: Omit<Principal, "id" | "scopes"> & { readonly scopes: Iterable<string> },
): Principal {
  const { via, tenant, subject, client } = known;
  // As JSON no two of them run into each other, whatever is in the names.
  const names = JSON.stringify([via, tenant, subject ?? null, client ?? null]);
  const digest = createHash("sha256").update(names).digest("base64url").slice(0, ID_CHARS);
  return { ...known, scopes: new Set(known.scopes), id: `${via}:${digest}` };
}

/** Every scope of `needed` that the principal does not hold, in their order. */
export function missingScopes(principal: Principal, needed: readonly string[]): readonly string[] {
  const { scopes } = principal;
  if (scopes === undefined || needed.length === 0) return NOTHING_MISSING;
  const missing = needed.filter((scope) => !scopes.has(scope));
  return missing.length === 0 ? NOTHING_MISSING : missing;
}

const NOTHING_MISSING: readonly string[] = [];

/** What a plugin may know of whoever calls. Scopes, clients and credentials are none of its business. */
export function shownToPlugin({ tenant, subject }: Principal): JsonObject {
  return { tenant, ...(subject === undefined ? {} : { subject }) };
}

/**
 * The conversation of a principal at an endpoint without sessions: what all its calls there have in common. A principal is a
 * user of a client, so this is what one model sees together, and perhaps more.
 */
export function sessionlessConversation(endpoint: string, { id }: Principal): string {
  return `${endpoint} ${id}`;
}

/** Whether a conversation is such a one. Ids of sessions are made here, and hold no blank. */
export function isSessionless(conversation: string, { id }: Principal): boolean {
  return conversation.endsWith(` ${id}`);
}
