import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "The server" to "Behind a load balancer", and what shows it. */
export const README_SERVER: Claims = {
  // The server
  "`glovebox serve` speaks to the one client that started it, over stdio.": [
    "test/e2e/mcp-stdio.test.ts#leaves no process behind",
  ],
  "`glovebox serve --http` listens on `server.http.listen` (127.0.0.1:8808) and speaks to many: Streamable HTTP at `/mcp`, each profile at `/mcp/NAME`, both eras of the specification on one address.":
    [
      "test/e2e/http-clients.test.ts#over HTTP ${name} lists tools",
      "test/unit/policy/server/http.test.ts#only this machine is served where nothing is configured",
      "test/e2e/profiles.test.ts#whoever calls a tool of another profile",
    ],
  "Clients of 2026-07-28 need no session; those of 2025 have one each, bound to whoever began it, which ends when it is idle, and whose streams can be taken up again after a broken connection.":
    [
      "test/security/http-server-callers.test.ts#a session that nobody uses ends",
      "test/security/http-server-callers.test.ts#a session is nobody else's",
      "test/unit/server/http/eras.test.ts#a stream that broke goes on where it was",
    ],
  "| `/mcp` | MCP, to whom `server.auth` lets in |": [
    "test/security/auth-http.test.ts#asks whoever brings none",
  ],
  "| `/healthz`, `/readyz` | whether the process lives, and whether it takes calls; open to whoever watches |":
    [
      "test/security/around-the-proxy.test.ts#health is told to everybody",
      "test/security/http-server-callers.test.ts#nothing but the state of health is told",
    ],
  "| `/.well-known/oauth-protected-resource` | where tokens come from (RFC 9728), with `server.auth` of mode `oauth` |":
    ["test/security/auth-http.test.ts#a server of tokens answers by RFC 6750"],
  "| `/` | a page for the person who opened the address; to programs, where to go instead |": [
    "test/e2e/http-serve.test.ts#what a person sees who opens its address",
  ],
  "Requests for another host than `server.http.hosts` or this machine, and pages of another origin than `server.http.origins`, are refused before anything else.":
    [
      "test/security/http-server-callers.test.ts#refuses every host that is not this server's name",
      "test/security/http-server-callers.test.ts#refuses pages of every origin",
    ],
  "The server ends when its client closes a pipe, or takes nothing for 10 s of more than 16 MiB that wait for it; on SIGTERM it waits for nobody, and answers calls that run with `SERVER_STOPPING`.":
    [
      "test/e2e/mcp-stdio.test.ts#lets go of a client that takes nothing",
      "test/e2e/mcp-stdio.test.ts#answers what runs when it is told to stop",
      "test/advisories/calls-of-a-client-that-left.test.ts",
    ],
  "However it ends but by SIGKILL, its calls and its end are written to the audit trail first.": [
    "test/advisories/calls-of-a-client-that-left.test.ts",
    "test/e2e/mcp-stdio.test.ts#leaves no process behind after",
  ],
  "On SIGTERM nothing new is taken over HTTP, `/readyz` says 503 to whoever is still connected, calls may end within `server.http.limits.drain`, and what is left is answered with `SERVER_STOPPING`; a second signal does not wait.":
    [
      "test/e2e/http-serve.test.ts#on SIGTERM it takes nothing new",
      "test/e2e/http-serve.test.ts#what does not end in time is told so",
    ],
  "`npm run test:conformance` holds the server against the suite of the protocol's makers, `npm run bench:http` measures what a call costs.":
    [
      "test/conformance/conformance.test.ts#37 of 37 scenarios",
      "npm run test:conformance",
      "npm run bench:http",
    ],
  "`glovebox serve` speaks MCP over stdio, in the era of 2026-07-28 and in that of 2025, whichever the client begins with.":
    [
      "test/e2e/mcp-clients.test.ts#the client that asks first is answered in the era",
      "test/e2e/mcp-clients.test.ts#a client that asks for the new era and then falls back",
    ],
  "Tools are listed from the pinned definitions without starting anything; arguments are validated before a plugin hears of them; progress is passed on; a cancelled call is killed.":
    [
      "test/unit/server/mcp/mcp-server.test.ts#lists tools and resources, and answers the debt report, without calling any plugin",
      "test/unit/call.test.ts#for its arguments never reaches the plugin",
      "test/e2e/mcp-stdio.test.ts#cancelling a call ends its runner",
      "test/e2e/mcp-stdio.test.ts#reports progress strictly increasing",
    ],
  "Beside the plugins' tools there is `report_pattern_debt`, and its report as the resource `glovebox://debt`.":
    [
      "test/unit/server/mcp/mcp-server.test.ts#lists tools and resources, and answers the debt report",
    ],
  'Notes for the operator go to standard error, as lines on a terminal and as JSON elsewhere: `{"level":"warn","time":"…","name":"glovebox","msg":"plugin draft runs UNSIGNED"}`.':
    [
      "test/unit/powers/log.test.ts#writes one JSON object on each line where nobody sits",
      "test/unit/powers/log.test.ts#writes lines for people on a terminal",
    ],
  "A message is one line of at most 8 MiB and 100 levels; what is no message gets a JSON-RPC error and the connection goes on.":
    [
      "test/unit/documents/figures.test.ts#the bounds of messages",
      "test/e2e/mcp-stdio.test.ts#skips a line that is too long",
      "test/e2e/mcp-stdio.test.ts#answers each broken line and goes on",
    ],
  "Every failure of a call has one shape, as structured content and as text, with `isError`: `{ error_code, message, suggestion?, retry_after? }`.":
    [
      "test/e2e/mcp-stdio.test.ts#answers wrong arguments and foreseen failures in the one error schema",
      "test/unit/call-answers.test.ts#that is an error comes in the one schema",
    ],
  "A tool with an output schema lists that shape as the alternative, because some clients hold errors to the schema too.":
    [
      "test/unit/server/mcp/listed-tool.test.ts#the listed output schema takes what the pinned one takes",
    ],
  "An unknown tool is the protocol's own error, `-32602`; `glovebox call` ends with 2 and names the tools that there are.":
    [
      "test/e2e/mcp-stdio.test.ts#refuses an unknown tool, an unknown method",
      "test/e2e/promises.test.ts#calls no tool that is not there",
    ],
  "The codes are `UNKNOWN_TOOL`, `INSUFFICIENT_SCOPE`, `INVALID_ARGUMENTS`, `TIMEOUT`, `CANCELLED`, `MEMORY_LIMIT`, `OUTPUT_LIMIT`, `OUTPUT_BLOCKED`, `HOST_CALL_LIMIT`, `LOG_LIMIT`, `PLUGIN_FAILED`, `OVERLOADED`, `PLUGIN_SUSPENDED`, `APPROVAL_REQUIRED`, `APPROVAL_DECLINED`, `FLOW_HELD`, `INPUT_UNAVAILABLE`, `RATE_LIMITED`, `QUOTA_EXCEEDED`, `SERVER_STOPPING`, `TASK_LOST`, `UNAVAILABLE` and `INTERNAL` from the runtime, and `NOT_FOUND`, `INVALID_INPUT`, `PERMISSION_DENIED`, `CONFLICT`, `RATE_LIMITED`, `KV_QUOTA`, `FILES_QUOTA`, `MEMORY_LIMIT`, `UNAVAILABLE` and `FAILED` from tools.":
    [
      "test/unit/documents/readme.test.ts#every error code that a client can get is listed",
      "test/unit/call-answers.test.ts#always has a code of the closed list",
    ],
  "A request over HTTP that does not get as far as MCP is answered with a status and `{ error_code, message, suggestion? }`:":
    [
      "test/unit/documents/figures.test.ts#the table of HTTP's refusals",
      "test/security/http-server-requests.test.ts#methods that nobody serves",
    ],
  "| `BAD_REQUEST` | 400 | a token stands in the address |": [
    "test/security/auth-keys.test.ts#is refused in the address",
  ],
  "| `UNAUTHENTICATED` | 401 | no credentials, or none that count; `WWW-Authenticate` says which are wanted |":
    [
      "test/security/auth-keys.test.ts#is answered 401 invalid_token in the same words",
      "test/security/auth-http.test.ts#asks whoever brings none",
    ],
  "| `FORBIDDEN` | 403 | a host or a web page that is not let in, or a scope that is missing |": [
    "test/security/http-server-callers.test.ts#refuses every host",
    "test/security/auth-http.test.ts#answers a call without its scope with 403",
  ],
  "| `NOT_FOUND` | 404 | there is nothing at this address |": [
    "test/security/http-server-requests.test.ts#targets that are no path of ours are nothing",
  ],
  "| `METHOD_NOT_ALLOWED` | 405 | a method that is not spoken here |": [
    "test/security/http-server-requests.test.ts#methods that nobody serves are refused by name",
  ],
  "| `NOT_ACCEPTABLE` | 406 | a GET for the stream of a session without `Accept: text/event-stream` |":
    [
      "test/unit/documents/figures.test.ts#the table of HTTP's refusals",
      "test/unit/server/http/answers.test.ts#a session's stream is for who takes event streams",
    ],
  "| `TOO_LARGE` | 413 | a body above `server.http.limits.body` |": [
    "test/security/http-server-requests.test.ts#a body that is too large is refused before it has come",
  ],
  "| `UNSUPPORTED_MEDIA_TYPE` | 415 | a body that is not JSON |": [
    "test/unit/documents/figures.test.ts#the table of HTTP's refusals",
    "test/security/http-server-requests.test.ts#refuses every shape that two readers",
  ],
  "| `TOO_MANY` | 429 | too many requests, refusals, sessions or streams |": [
    "test/security/http-server-requests.test.ts#connections, streams and pipelines are counted",
    "test/security/refused-callers.test.ts",
  ],
  "| `UNAVAILABLE` | 503 | credentials cannot be checked at the moment, such as with a damaged file of keys |":
    ["test/security/auth-keys.test.ts#accepts nobody while the file is away, damaged"],
  // Limits of callers
  "`server.rate` bounds what each caller may use, over stdio as over HTTP:": [
    "test/e2e/rates.test.ts",
    "test/unit/server/limits/admit.test.ts#are refused with a typed error that says when to come back",
  ],
  "each caller, all its calls together": [
    "test/unit/server/limits/admit.test.ts#are one over all keys, clients and sessions of a user",
  ],
  "each caller and this tool, on top": [
    "test/unit/server/limits/admit.test.ts#are over all tools, and each tool's own come on top",
  ],
  "all callers of a tenant together, on top": [
    "test/unit/server/limits/admit.test.ts#are bounded together by those of their tenant",
  ],
  "in the place of `default`": [
    "test/unit/server/limits/admit.test.ts#are others for those who are named, and for nobody by half",
  ],
  "HTTP requests of each caller, before a body is read": [
    "test/unit/server/limits/request-guard.test.ts#are counted whatever they ask for",
    "test/unit/server/http/answers.test.ts#who asks too often",
  ],
  "HTTP requests of each address that could not be let in": [
    "test/unit/server/limits/request-guard.test.ts#is held up only by what was refused",
  ],
  "or allow: while the store is away, each replica counts for itself": [
    "test/security/limit-attacks.test.ts#refuse while Redis is away",
    "test/unit/debt/configuration-items.test.ts#is there exactly where the configuration opens it",
  ],
  "`per_minute` fills a bucket evenly and `burst` is how much it holds, as much as `per_minute` when left out; `per_day` counts 24 hours from its first call; `concurrent` is calls at the same time.":
    [
      "test/unit/server/limits/memory-meter.test.ts#lets a burst in, and then one for each interval",
      "test/unit/server/limits/memory-meter.test.ts#counts from the first call",
      "test/unit/server/limits/memory-meter.test.ts#hold a place each until they are released",
    ],
  "A caller is a user, however many keys, clients and sessions act for them; where no user is known it is the client.":
    ["test/unit/server/limits/admit.test.ts#are one over all keys, clients and sessions of a user"],
  "A call that is not let in is answered with `RATE_LIMITED` or `QUOTA_EXCEEDED` and `retry_after` in seconds, reaches no plugin, and is charged nothing.":
    [
      "test/unit/server/limits/memory-meter.test.ts#charges nothing for a call that is not let in",
      "test/unit/server/limits/admit.test.ts#are refused with a typed error",
      "test/e2e/rates.test.ts#a quota ends the calls of a caller",
    ],
  "Over HTTP that answer is a tool's and comes with status 200; what `requests` and `refused` stop is 429 `TOO_MANY` with `Retry-After`.":
    [
      "test/security/limit-attacks.test.ts#hold over many keys of one user",
      "test/unit/server/http/answers.test.ts#who asks too often is told 429",
    ],
  "A tool's name that is not listed refuses the start: its limits would limit nothing.": [
    "test/e2e/rates.test.ts#limits for a tool that is not listed refuse the start",
  ],
  "Counting follows no clock that can be set, and coming with many names resets nobody's account.":
    [
      "test/unit/server/limits/memory-meter.test.ts#reset nobody: who was counted is counted",
      "test/unit/server/limits/memory-meter.test.ts#lets no more in than burst and rate together, whatever the times",
    ],
  // Behind a load balancer
  "This is the whole way to a server in production, in order, with the plugin `time` of this tree as the example.":
    ["test/e2e/production-start.test.ts#starts with the configuration of the README, and answers"],
  "**2. Write the configuration**, in a folder on the server that nobody but its user can read or write:":
    [
      "test/e2e/production-start.test.ts#writes what doctor finds nothing wrong with once the state key is drawn",
      "test/unit/policy/gates/http-gates.test.ts#tries every gate and every code above",
    ],
  "It writes this with comments; correct the names and the network:": [
    "test/unit/documents/figures.test.ts#the configuration that `init --http` is said to write",
    "test/e2e/production-start.test.ts#writes what doctor finds nothing wrong with",
  ],
  "the names by which clients call this server": [
    "test/security/http-server-callers.test.ts#refuses every host that is not this server's name",
  ],
  "web pages that may call it: none": [
    "test/security/http-server-callers.test.ts#refuses pages of every origin",
  ],
  "where the load balancer's connections come from; it ends TLS": [
    "test/security/around-the-proxy.test.ts#plain HTTP from",
  ],
  "made by `glovebox key new`; or oauth, or mtls": [
    "test/security/auth-keys.test.ts#is its client, tenant, user and scopes",
  ],
  "openssl rand -base64 32": [
    "test/unit/policy/gates/judge-secret.test.ts#passes when it comes from",
  ],
  "`add` shows the plugin and asks; a script is refused, with exit 3, until it names the digest of what was read:":
    ["test/e2e/policy.test.ts#a script approves only the package that it names"],
  "Keep the first where only the operator reads it; the second is printed once, for the client.": [
    "test/security/auth-keys.test.ts#is its client, tenant, user and scopes, and the file holds only its hash",
  ],
  "`doctor` tries the seal and asks all that a start asks; `verify` checks the plugins from their bytes, and says every reason for which `serve --http` would refuse:":
    [
      "test/e2e/production-start.test.ts#finds nothing where a start finds nothing",
      "test/e2e/production-start.test.ts#says which gates would refuse",
      "test/e2e/production-start.test.ts#refuses ${title}",
    ],
  "It refuses until every gate is answered with yes or waived, and says each reason with what to do:":
    [
      "test/e2e/production-start.test.ts#says every reason at once, each with what to do",
      "test/e2e/production-start.test.ts#starts with a waiver that names the gate",
    ],
  "| health check | `GET /readyz` is 200 while calls are taken, else 503; `/healthz` is 200 while the process lives; both answer whatever the `Host` is |":
    [
      "test/security/around-the-proxy.test.ts#health is told to everybody",
      "test/security/http-server-callers.test.ts#nothing but the state of health is told",
      "test/e2e/http-serve.test.ts#on SIGTERM it takes nothing new",
    ],
  "| `Host` | passed on as the client sent it, and one of `server.http.hosts`; any other is 403 |":
    ["test/security/http-server-callers.test.ts#refuses every host that is not this server's name"],
  "| `X-Forwarded-For` | read only on connections from `proxy.trusted`: the last address that is not a proxy's is whom `server.rate.refused` counts |":
    [
      "test/security/http-server-callers.test.ts#an address is the connection's, and a header's only behind a named proxy",
    ],
  "| other forwarded headers | `X-Forwarded-Proto` of a trusted proxy decides the address that the page at `/` shows; `Forwarded`, `X-Real-IP` and `X-Forwarded-Host` decide nothing |":
    [
      "test/security/around-the-proxy.test.ts#the page shows an address only where it is known",
      "test/security/http-server-callers.test.ts#an address is the connection's",
    ],
  "| connections that come around it | plain HTTP from an address that is neither this machine nor trusted is refused with 403, but for `/healthz` and `/readyz` |":
    ["test/security/around-the-proxy.test.ts#plain HTTP from"],
  "| affinity | requests of 2026-07-28 may go anywhere; those of 2025 go by `Mcp-Session-Id` to the replica that gave it, and any other answers 404, at which a client begins another session |":
    ["test/e2e/replicas.test.ts#a session of 2025 is known where it was begun"],
  "A client of 2026-07-28 says all in one request:": [
    "test/e2e/production-start.test.ts#starts with the configuration of the README",
    "test/security/auth-http.test.ts#answers a call without its scope with 403 that names all of them, in both eras",
  ],
  "A client of 2025 begins a session, says that it has begun, and then calls:": [
    "test/e2e/http-clients.test.ts#over HTTP ${name} lists tools",
  ],
  "The Inspector does the same:": [
    "test/e2e/http-clients.test.ts#over HTTP the Inspector's command line",
  ],
  "With several replicas add `store: { redis: env:REDIS_URL }` to `server` and give each the same state key: limits, sessions of asking and tasks are then one.":
    [
      "test/e2e/replicas.test.ts#what a caller has used on one counts on the other",
      "test/e2e/replicas.test.ts#a task that one of them made is found",
      "test/e2e/replicas.test.ts#an answer to what one of them asked counts on the other",
    ],
  'The keys of clients are not in the store: "Who calls" says how replicas share them.': [
    "test/security/auth-keys.test.ts#reads the file only when it has changed",
  ],
  "Secrets come from the environment (`env:NAME`) or from files that only you can read (`file:/path`); one that stands in the YAML itself is refused and not repeated.":
    [
      "test/e2e/production-start.test.ts#refuses a secret in the configuration itself, and does not repeat it",
      "test/unit/powers/secrets.test.ts#refuses a file that others may use",
    ],
  "They are judged at the start: what is a placeholder, was published (in our documents too), repeats itself, follows a pattern or spells words in any encoding is refused.":
    [
      "test/unit/policy/gates/judge-secret.test.ts#is refused when it is",
      "test/unit/policy/gates/judge-secret.test.ts#is refused when it stands in our own documents",
    ],
  "That shows weakness and never strength: draw them.": ["GB-054"],
  "What is asked of every start, in production, is asked over stdio and before one `call` too: of the secrets that are read there, of the configuration, the lockfile and the root of trust with every folder above them, and of the workspace's data.":
    [
      "test/advisories/production-that-anyone-may-rewrite.test.ts#refuses what others may change or read",
      "test/unit/policy/gates/http-gates.test.ts#refuses what is refused over HTTP, and in development nothing of it",
    ],
  "A group may change them only when it is the operator's own.": [
    "test/advisories/production-that-anyone-may-rewrite.test.ts#only the operator's own group may write",
    "test/unit/policy/gates/http-gates.test.ts#refuses ${title}",
  ],
  "A waiver opens one of the gates that can be waived, with a reason and a last day.": [
    "test/unit/policy/gates/http-gates.test.ts#the gate that refuses",
    "test/unit/policy/parse-configuration.test.ts#names one gate, once",
  ],
  "It stands in the log of every start, in `doctor`, in the debt report and in the metrics, and what it waived refuses again on the day after.":
    [
      "test/e2e/production-start.test.ts#starts with a waiver that names the gate, and says so in the log and the debt report",
      "test/e2e/production-start.test.ts#says which gates would refuse, with what to do, and what is waived",
      "test/unit/policy/gates/decide-start.test.ts#counts until the end of its day",
      "test/unit/server/telemetry/open-telemetry.test.ts#are text that Prometheus reads",
    ],
};
