import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "What a person decides" to "Who calls", and what shows it. */
export const README_CALLERS: Claims = {
  // What a person decides
  "A tool is asked about before it runs when the operator says so (`approvals`), when its author says that it destroys something, or when its grants let it change something over http; an author can raise that, and never lower it.":
    [
      "test/unit/consent/make-consent.test.ts#are asked of destructive tools and of what can change something over http",
    ],
  "The client shows a form with the tool, its plugin and signers, why it is asked, every argument, and where the plugin can send to; what would not be visible is shown as an escape, and a call too large to be shown is refused.":
    [
      "test/security/approval-attacks.test.ts#shows arguments from which exactly these arguments can be read back",
      "test/unit/consent/make-consent.test.ts#show all or nothing",
    ],
  "The answer counts for exactly these arguments of this caller, once (with `first`, for the conversation), within ten minutes.":
    [
      "test/security/approval-attacks.test.ts#counts for these arguments, this tool, this caller",
      "test/security/approval-attacks.test.ts#comes within ten minutes",
      "test/security/approval-attacks.test.ts#counts once",
    ],
  "A client that cannot ask is refused with `APPROVAL_REQUIRED`; `glovebox approvals list`, `show`, `allow` and `deny` decide in its place; what a person decides, in either way, stands in the audit trail when it is used.":
    [
      "test/unit/consent/make-consent.test.ts#wait for an operator where the client cannot ask",
      "test/advisories/declined-and-run.test.ts",
      "test/security/approval-attacks.test.ts#lets nothing run when it cannot be written down",
    ],
  "`glovebox flow` shows which plugins do which of the three, by their grants, and every path that the set opens:":
    ["test/e2e/flow.test.ts#`glovebox flow` names each path"],
  "`add`, `update` and `approve` show the paths that a plugin opens before they ask.": [
    "test/e2e/approved-paths.test.ts#shows above its question which path the plugin opens",
    "test/e2e/approved-paths.test.ts#suggests no call in production",
  ],
  "From the moment that a tool which can bring in strangers' text is called, its conversation is tainted, and so is whatever plugins keep for it (`kv`, files) and whoever reads that later.":
    [
      "test/security/flow-laundering.test.ts#taints from its start",
      "test/security/flow-laundering.test.ts#taints whoever reads what a tainted conversation wrote",
    ],
  "Every call of a tool at the end of a path is then held for a person, or refused with `FLOW_HELD` where the client cannot ask.":
    [
      "test/e2e/flow.test.ts#after a page was read, the next sending call is held",
      "test/e2e/flow.test.ts#where nobody can be asked, it is refused",
    ],
  "A set without a path is never held.": [
    "test/e2e/flow.test.ts#a set without a way from private data to the outside is never held",
  ],
  "A new session, another connection or a restart does not shed it: it counts for the principal for `flow.window`.":
    [
      "test/e2e/flow.test.ts#a new session, and a restart, do not shed",
      "test/security/flow-laundering.test.ts#is not forgotten by another session",
    ],
  "Production starts only when each path is cut (by grants or profiles), held (`flow.hold`) or accepted by its id with a reason and a date (`flow.accept`).":
    ["test/e2e/flow.test.ts#production does not start while nobody has decided"],
  "A profile is served at `/mcp/NAME` and by `glovebox serve --profile NAME`, with data, taint and runners of its own; plugins that no profile names are served at `/mcp` and without `--profile`.":
    ["test/e2e/profiles.test.ts#what one profile keeps, no other finds"],
  "A plugin that moves into a profile begins there with empty data (`.glovebox/profiles/NAME/data`).":
    ["test/e2e/profiles.test.ts#what one profile keeps, no other finds"],
  "What this does not see is said in the debt report: GB-057 to GB-060.": [
    "test/unit/documents/threat-model.test.ts#every debt item that the documents name exists",
  ],
  // Tasks
  "A tool that takes long can be served as a task (`io.modelcontextprotocol/tasks`): the client gets an id at once, asks with `tasks/get` how it goes, answers what the tool asks with `tasks/update`, and ends it with `tasks/cancel`.":
    ["test/unit/server/mcp/serve-tasks.test.ts", "test/unit/server/tasks/tasks.test.ts"],
  "a task for clients that know tasks; others wait for the answer": [
    "test/unit/server/mcp/serve-tasks.test.ts#offers the extension, and makes a task where",
  ],
  "nothing but a task; it asks before it is one": [
    "test/unit/server/mcp/serve-tasks.test.ts#refuses a client that did not say",
    "test/unit/server/mcp/serve-tasks.test.ts#a tool that asks first",
  ],
  "Only a request that says itself that its client knows tasks is answered with one; a tool with `support: required` refuses any other with `-32021`.":
    [
      "test/unit/server/mcp/serve-tasks.test.ts#offers the extension, and makes a task where",
      "test/unit/server/mcp/serve-tasks.test.ts#refuses a client that did not say",
    ],
  "A task is on disk, or in the shared store, before its client hears of it, and is kept for `ttl`.":
    [
      "test/e2e/replicas.test.ts#one that is killed under load loses no accepted task",
      "test/unit/server/tasks/tasks.test.ts#a call becomes a task that is there at once",
    ],
  "It belongs to the caller who made it, at the endpoint where it was made: for everybody else there is no such task.":
    [
      "test/unit/server/mcp/serve-tasks.test.ts#a task of somebody else is a task that never was",
      "test/security/task-attacks.test.ts#an endpoint knows nothing",
    ],
  "The limits of callers count when it is made; `open_per_principal`, `kept_per_principal` and `waiting` bound how many there are, and `running` how many run at once in one process, `running_per_principal` of them for one caller.":
    [
      "test/security/task-attacks.test.ts#a flood of one caller fills that caller's places",
      "test/security/task-attacks.test.ts#no more wait than may",
      "test/unit/server/tasks/tasks.test.ts#a task that the plugin has no room for",
      "test/advisories/tasks-of-one-caller.test.ts",
    ],
  "A task that runs holds one of the places of `server.rate`'s `concurrent`, as a call does, and waits until there is one; the tasks of other callers do not wait for it.":
    ["test/advisories/tasks-of-one-caller.test.ts"],
  "With `subscriptions/listen` and `taskIds` a client over HTTP hears of each change.": [
    "test/e2e/replicas.test.ts#whoever listens on one hears of the tasks of both",
  ],
  "A task runs at most once: one whose server is gone has failed with `TASK_LOST`, and one that had not begun is run by whoever is left.":
    [
      "test/unit/server/tasks/tasks.test.ts#of two replicas each task is run by one, once",
      "test/unit/server/tasks/tasks.test.ts#a task whose replica is gone",
      "test/unit/server/tasks/tasks.test.ts#a task that was accepted and not begun",
    ],
  "Replicas find each other by `server.store: { redis: … }` and the same `server.state_key`, with which everything in Redis is sealed: tasks, approvals, used answers and what callers have used are then common to all of them, and changes of lists reach the subscribers of each.":
    [
      "test/e2e/replicas.test.ts",
      "test/security/hostile-store.test.ts#come back for whoever has the key",
    ],
  "A load balancer may send every request of the era 2026-07-28 anywhere; sessions of 2025 need affinity on `Mcp-Session-Id`.":
    ["test/e2e/replicas.test.ts#a session of 2025 is known where it was begun"],
  "While Redis is away, whatever needs it is refused, and `/readyz` says 503.": [
    "test/e2e/replicas.test.ts#nothing is promised while Redis is away",
  ],
  // Who calls
  "Over standard input and output whoever holds the pipes calls, and may call everything.": [
    "test/unit/policy/tool-scopes.test.ts#are none where none are configured",
    "test/unit/call.test.ts#runs the pinned tool with the validated arguments",
  ],
  "Over HTTP every request has a principal: a tenant, perhaps a user and a client, and scopes.": [
    "test/security/auth-keys.test.ts#is its client, tenant, user and scopes",
    "test/security/auth-tokens.test.ts#is its tenant, user, client and scopes",
  ],
  "`server.auth` says how it is known, and without it the server answers to its own machine only.":
    ["test/unit/server/auth/local-only.test.ts#refuses every other machine"],
  "| `none` | none; only from this machine, and not through a proxy | nothing |": [
    "test/unit/server/auth/local-only.test.ts#refuses every other machine, and whatever a proxy",
  ],
  "| `keys` | `Authorization: Bearer gbx_…` | `glovebox key new NAME --tenant TENANT --scope SCOPE` prints a key once and keeps its hash |":
    [
      "test/security/auth-keys.test.ts#is its client, tenant, user and scopes, and the file holds only its hash",
    ],
  "| `oauth` | an access token (RFC 9068) of your issuer, for this resource; bound to the client's key by DPoP or to its certificate, where the issuer binds it | `issuer`, `resource`, `tenant` |":
    [
      "test/security/auth-tokens.test.ts#is its tenant, user, client and scopes",
      "test/security/auth-proofs.test.ts#is accepted, each time",
      "test/security/auth-tokens.test.ts#is accepted from whoever shows that very certificate",
    ],
  "| `mtls` | a client certificate that `server.http.tls.client_ca` issued | `tenant`, `subject` |":
    ["test/security/auth-certificates.test.ts#over TLS only certificates of the named authority"],
  "Whose data is whose is never guessed: a key, a claim, a field or a fixed `value` names the tenant.":
    [
      "test/security/auth-issuer.test.ts#refuses a configuration that does not say whose data",
      "test/security/auth-http.test.ts#makes no key without a tenant",
    ],
  "For each tenant a plugin has folders, stores and secrets (`perTenant`) of its own below `.glovebox/tenants`, and runner processes of its own unless its `tenancy` is `shared`; the data of whoever uses standard input and output stays where it was.":
    [
      "test/security/auth-tenants.test.ts#keep what they keep apart",
      "test/security/auth-tenants.test.ts#have folders below one",
      "test/security/auth-tenants.test.ts#send with their own credentials",
      "test/unit/cli/serving/tenant-plugins.test.ts#gives each tenant runners of its own, or one set",
    ],
  "A plugin learns the tenant and the user, and nothing else of a principal; no token or key reaches a plugin, a log or another server.":
    [
      "test/unit/call.test.ts#tells the plugin for whom it runs",
      "test/security/auth-http.test.ts#passes no credentials on",
    ],
  "`server.scopes` names what a tool needs, and a prompt or resource by its name or address in the same place.":
    ["test/unit/policy/tool-scopes.test.ts", "test/advisories/scopes-of-other-doors.test.ts"],
  "A principal is shown only what it may call; a call without its scopes is answered 403 `FORBIDDEN` with all that it needs as `scope` in `WWW-Authenticate`, and `INSUFFICIENT_SCOPE` where there is no HTTP.":
    [
      "test/security/auth-http.test.ts#shows each principal what it may call",
      "test/security/auth-http.test.ts#answers a call without its scope with 403 that names all",
    ],
  "Credentials come in the `Authorization` header and nowhere else: a token in an address is refused.":
    ["test/security/auth-keys.test.ts#is refused in the address"],
  "A key ends after 90 days, unless `--expires` names days (`30d`), a last day (`2027-01-31`) or `never`.":
    [
      "test/unit/documents/figures.test.ts#the defaults of whose tokens",
      "test/security/auth-keys.test.ts#may end never, and only at a day to come",
    ],
  "`--subject` names the user for whom the client acts: limits count for that user, plugins learn it, and `key list` shows it as SUBJECT.":
    [
      "test/security/auth-keys.test.ts#is its client, tenant, user and scopes",
      "test/unit/server/limits/admit.test.ts#are one over all keys",
    ],
  "A key is changed by making a second one of the same name, and revoking the first when nobody uses it any more; a name has at most two valid keys.":
    [
      "test/security/auth-keys.test.ts#takes the place of another of its client without another principal, and there is no third",
    ],
  "A revocation counts within a second and without a restart, for the servers that read this file of keys.":
    ["test/security/auth-http.test.ts#refuses a key that is revoked while it runs"],
  "Replicas with workspaces of their own have files of their own, and a key revoked on one stays valid on the others: put the file on storage that they share (`auth: { mode: keys, file: /srv/shared/keys.json }`), or revoke on each.":
    ["test/security/auth-keys.test.ts#reads the file only when it has changed"],
  "With `oauth` the metadata of RFC 9728 is at `/.well-known/oauth-protected-resource`, and every 401 leads there.":
    [
      "test/security/auth-http.test.ts#a server of tokens answers by RFC 6750",
      "test/security/auth-tokens.test.ts#lead to metadata that names the resource",
    ],
  "What this does not do is said in the debt report: GB-049 to GB-052.": [
    "test/unit/documents/threat-model.test.ts#every debt item that the documents name exists",
  ],
};
