/** On whose behalf a call runs. Built once, where the client was authenticated, and handed on as data from there. */
export interface Principal {
  /** How it is known that it is this one. */
  readonly via: "local" | "none" | "key" | "token" | "certificate";
  /** Whose data a call may see: folders, keys, secrets, tasks and taint are kept apart by it. */
  readonly tenant: string;
  /** The user (`sub`), where one is known. */
  readonly subject?: string;
  /** The client program (`client_id`, or the id of an API key), where one is known. */
  readonly client?: string;
  /** Undefined where there are no scopes to hold: then every exposed tool may be called. */
  readonly scopes?: ReadonlySet<string>;
  /** Stable and unique for tenant, subject and client together: the key of limits, sessions, tasks and approvals. */
  readonly id: string;
}

export const LOCAL_TENANT = "local";

/** Whoever started this process and holds its pipes. */
export const LOCAL_PRINCIPAL: Principal = { via: "local", tenant: LOCAL_TENANT, id: "local" };
