import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "The audit trail" to "Development", and what shows it. */
export const README_OPERATION: Claims = {
  // The audit trail
  "Every call is one line of JSON in `.glovebox/audit.jsonl`, written before the client hears the answer: a call that cannot be recorded is not answered, and the operator's log says so at once.":
    [
      "test/unit/call.test.ts#is audited before the client hears the answer",
      "test/unit/call.test.ts#that cannot be audited is not answered",
      "probe:audit.every-call",
    ],
  "What a plugin logs stands there too, and so do starts with what runs behind which seal, waivers in force, refused starts, approvals, refused authentication, and plugins that were suspended.":
    [
      "test/e2e/audit.test.ts#a start that is refused is written down with its reasons",
      "test/e2e/audit.test.ts#says who called what",
      "test/security/refused-callers.test.ts",
      "test/e2e/anomalies.test.ts#a plugin that a rule suspends stays so",
    ],
  "`status` is `success`, `tool-error`, `refused`, `asked`, `task` (the call became one) or `failed`; `result_tokens` is an estimate, a quarter of the characters; `capabilities` are those that the call really used.":
    [
      "test/e2e/audit.test.ts#says who called what, on whose behalf",
      "test/unit/documents/figures.test.ts#the words of a record and the names of metrics",
      "test/unit/audit/watch-brokers.test.ts#says which capabilities a call used",
    ],
  "Arguments are kept as a digest (RFC 8785) unless `audit.arguments` says otherwise.": [
    "test/unit/call.test.ts#is audited: who, what, how long, and no word of the arguments",
    "test/e2e/anomalies.test.ts#arguments are kept with secrets taken out",
  ],
  "A line is plain ASCII: nothing in it can pose as another line.": [
    "probe:audit.forged-line",
    "test/unit/powers/audit-file.test.ts#holds each record as one line",
  ],
  "Each line holds the SHA-256 of the one before it (`sed -n 5p audit.jsonl | tr -d '\\n' | sha256sum` is the `prev` of the sixth).":
    [
      "test/e2e/promises.test.ts#leave an audit trail whose lines name each other",
      "test/security/audit-tampering.test.ts#is one chain from the first to the last",
    ],
  "A checkpoint is signed with Ed25519 after 1000 records or a minute, and at the end; a copy of it goes to `audit.checkpoints.jsonl`, or to `audit.checkpoint.folder`, which had better be another disk.":
    [
      "test/unit/documents/figures.test.ts#the defaults of tasks",
      "test/security/audit-tampering.test.ts#that was replaced by another whole one is found out by its copies",
    ],
  "The key is made at first use (`.glovebox/audit.key`, mode 0600).": [
    "test/e2e/promises.test.ts#leave an audit trail whose lines name each other, and a key for its owner alone",
  ],
  "| every line that was removed, changed, moved, repeated or put in, and every file that is gone from within a chain | what was done to lines behind the last checkpoint, which it counts and names (GB-061) |":
    [
      "test/security/audit-tampering.test.ts#is found out, at every place",
      "test/security/audit-tampering.test.ts#is found out when any of them is gone",
      "test/security/audit-tampering.test.ts#says how much a cut behind the last checkpoint could take",
    ],
  "| a cut of the end up to the last checkpoint whose copy is left, or up to a head that you name | that everything is gone at once, copies and all, unless you name a head |":
    [
      "test/security/audit-tampering.test.ts#that is cut is found out without the copies",
      "test/security/audit-tampering.test.ts#that is cut in the middle of a line",
    ],
  "| another signer than the workspace's key, or, where you name one, than the key that you name | what somebody wrote who has the key itself (GB-062) |":
    [
      "test/security/audit-tampering.test.ts#that was signed by another key is found out",
      "test/advisories/trail-signed-by-another.test.ts",
    ],
  "So keep elsewhere, where the server cannot write, what `glovebox audit key` and now and then `glovebox audit head` print, and name them when you verify: `--public-key` and `--from`.":
    [
      "test/security/audit-tampering.test.ts#that is cut is found out without the copies of its checkpoints by an anchor alone",
      "test/e2e/audit.test.ts#takes all heads at once",
    ],
  "With `--from` older files may be missing: they are kept elsewhere, and the head says where this trail goes on.":
    ["test/security/audit-tampering.test.ts#may begin behind an anchor"],
  "Every process that writes has a chain and a file of its own: `audit.jsonl`, and `audit-1.jsonl` for a second server at the same time.":
    ["test/e2e/audit.test.ts#several servers of one workspace write at once"],
  "Who starts later goes on with the chain of who has ended.": [
    "test/unit/powers/audit-file.test.ts#is one for each writer at a time",
  ],
  "So no writer can tear another's line, what a full disk lets through in part is taken back, and nobody has to agree on rotation.":
    [
      "test/e2e/audit.test.ts#several servers of one workspace write at once",
      "test/e2e/audit.test.ts#a full disk refuses calls",
      "test/unit/powers/audit-file.test.ts#throws when a record cannot be written",
    ],
  "A full file is called after its chain and first number, `audit.1f6b9c02.000000412345.jsonl`; its successor's first line names it.":
    [
      "test/security/audit-tampering.test.ts#is one chain from the first to the last",
      "test/e2e/audit.test.ts#a line that was cut short stays as it is",
    ],
  "A file that ends in the middle of a line, or shorter than a checkpoint knows, is left as it is and never written to again: the next one says why it was begun, and `verify` repeats it.":
    [
      "test/e2e/audit.test.ts#a line that was cut short stays as it is",
      "test/security/audit-tampering.test.ts#that somebody cut while nobody wrote is never gone on with",
    ],
  "A record is handed to the operating system before the answer, so `kill -9` loses nothing that was answered.":
    ["test/e2e/audit.test.ts#loses nothing that was answered"],
  "A power failure loses what came after the last checkpoint, unless `audit.sync` is `always` (GB-063).":
    ["test/e2e/audit.test.ts#loses nothing that was answered", "GB-063"],
  "Without `audit.rotate.keep` nothing is ever removed (GB-011); what it removes is said in the chain.":
    ["test/security/audit-tampering.test.ts#says itself what `keep` removed"],
  // Logs, traces and metrics
  "Notes for the operator are JSON lines on standard error.": [
    "test/unit/powers/log.test.ts#writes one JSON object on each line where nobody sits",
  ],
  "With `telemetry` calls are traced and measured too; without it nothing of that is loaded.": [
    "test/unit/house.test.ts#the command line loads no package before it knows",
  ],
  "Each call is a span, `tools/call NAME`, `resources/read ADDRESS`, `prompts/get NAME` or `completion/complete NAME`, with its steps as events, sent by OTLP over HTTP to `telemetry.otlp.endpoint`, and named as the semantic conventions for MCP and generative AI have it.":
    [
      "test/unit/server/telemetry/open-telemetry.test.ts#sends a span for each call with its steps",
      "test/unit/server/telemetry/open-telemetry.test.ts#what is read, got and completed is named by its own method",
    ],
  "A client's `traceparent` is honoured: the span is below the client's, and `trace_id` in the audit record is that of the span.":
    [
      "test/unit/server/telemetry/open-telemetry.test.ts#sends a span for each call with its steps, below the client's own",
      "test/unit/server/http/eras.test.ts#a call knows its principal, its conversation, its trace",
    ],
  "Metrics go the same way, and to Prometheus at `/metrics` of an address of this machine: `mcp.server.operation.duration`, `glovebox.calls.active`, `glovebox.result.size`, `glovebox.host_calls`, `glovebox.denied`, `glovebox.findings`, `glovebox.waivers`, `glovebox.plugins.suspended`, and of the probes' last run `glovebox.probes.held`, `glovebox.probes.escaped` and `glovebox.probes.last_run`.":
    [
      "test/unit/server/telemetry/open-telemetry.test.ts#are text that Prometheus reads",
      "test/unit/documents/figures.test.ts#the words of a record and the names of metrics",
    ],
  "That address is one server's: a second server that is told the same, over stdio too, ends with `ERR_HTTP_LISTEN` before it serves anything.":
    [
      "test/e2e/http-serve.test.ts#without the address of the operator's pages nothing is served, over stdio neither",
    ],
  "Where several serve one workspace, let `otlp` take the metrics of all.": [
    "test/unit/server/telemetry/open-telemetry.test.ts#sends a span for each call with its steps, below the client's own, and metrics",
  ],
  "Labels are names of pinned tools and plugins and codes of closed lists; names that clients make up, principals, hosts and arguments never are.":
    [
      "test/unit/server/telemetry/open-telemetry.test.ts#have no label that callers or plugins can make many of",
    ],
  "Nobody waits for a collector: what it does not take is dropped, and the audit trail is what counts.":
    [
      "test/unit/server/telemetry/open-telemetry.test.ts#waits for no collector that does not answer",
    ],
  // Anomalies
  "| `burst` | one principal calls one tool more than `calls` times `within` a time |": [
    "test/unit/audit/anomalies.test.ts#is more calls than the rule has within its time",
  ],
  "| `size` | an answer has more than `chars` characters, or more than `times` times the usual of its tool |":
    [
      "test/unit/audit/anomalies.test.ts#is one over the rule's own",
      "test/unit/audit/anomalies.test.ts#is one over many times what is usual",
    ],
  "| `destination` | a plugin sends to a host that it never sent to before, `known` ones left out |":
    [
      "test/unit/audit/anomalies.test.ts#is new until it was seen, and never where the rule knows it",
    ],
  "| `denied` | `streak` calls of a plugin in a row were refused something |": [
    "test/unit/audit/anomalies.test.ts#is ended by a call that was refused nothing",
  ],
  "What a rule finds is logged and written to the audit trail; `alert` also sends it to the webhook, and `suspend` does both and makes no more calls of the plugin: clients get `PLUGIN_SUSPENDED`.":
    [
      "test/e2e/anomalies.test.ts#a plugin that a rule suspends stays so over a restart",
      "test/security/alert-webhook.test.ts#arrives as JSON",
    ],
  "A suspension outlasts restarts and holds in every server of the workspace; `glovebox audit suspended` lists them, and `glovebox audit resume PLUGIN` ends one, in running servers within a second.":
    [
      "test/e2e/anomalies.test.ts#a plugin that a rule suspends stays so over a restart, until an operator resumes it",
    ],
  "An alert is JSON, with `X-Glovebox-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 over `SECONDS.BODY`; it goes to that address alone, no redirect, no private address but those named.":
    [
      "test/security/alert-webhook.test.ts#arrives as JSON, signed with the secret",
      "test/security/alert-webhook.test.ts#follows no redirect",
      "test/security/alert-webhook.test.ts#goes to no address inside",
    ],
  "Rules see the calls of their own process (GB-064).": ["GB-064"],
  // Error codes
  "Operators and authors get a code, a place and a remedy.": [
    "test/unit/documents/errors.test.ts#every row has words of its own",
  ],
  // Layout
  "| `runtime/workspace.ts`, `runtime/call.ts` | the two stairs: what is installed and verified; one call as a sequence of steps |":
    [
      "test/unit/documents/readme.test.ts#every file, folder and link that the README names exists",
      "test/unit/house.test.ts#every source file stands in a room that has a floor",
    ],
  "| `runtime/plugin/` | formats and parsers of hostile bytes (pure) |": [
    "test/unit/house.test.ts#pure rooms use neither the process nor the clock",
  ],
  "| `runtime/policy/` | configuration, grants, gates (pure) |": [
    "test/unit/house.test.ts#pure rooms",
  ],
  "| `runtime/firewall/` | what a plugin says: its tools scanned, compared and shown, its answers checked (pure) |":
    ["test/unit/house.test.ts#pure rooms"],
  "| `runtime/server/` | MCP (`mcp`) over stdio (`stdio`) and HTTP (`http`); the only importer of the MCP SDK beside the demonstration |":
    ["test/unit/house.test.ts#only the server imports the MCP SDK"],
  "| `runtime/powers/` | the machine: files, network, processes |": [
    "test/unit/house.test.ts#only the powers and the sealed programs reach the machine",
  ],
  "| `runtime/cli/` | one file per command; the composition root |": [
    "test/unit/house.test.ts#only the composition root sees",
  ],
  "An import only goes down; `test/unit/house.test.ts` derives it again from the sources.": [
    "test/unit/house.test.ts#an import only goes down",
  ],
  // Development
  "build, type check, lint, format, every test": [
    "test/unit/documents/figures.test.ts#what the comments beside the commands say",
  ],
  "every attack by name and what stopped it; -- --unsealed shows that they work": [
    "test/security/escape.test.ts#behind each form of seal nothing gets out",
    "npm run test:escape",
  ],
  "each containment measure switched off in turn: the release's own probes must see it; -- WORD tries those that say it, -- --list names all":
    ["test/e2e/probes.test.ts", "test/unit/cli/probes.test.ts", "npm run test:probes"],
  "two attackers exchange files and folders under every operation, 10 s each": [
    "test/security/filesystem-races.test.ts",
    "test/unit/documents/figures.test.ts#what the comments beside the commands say",
    "npm run test:races",
  ],
  "write this page's tables again from the sources": [
    "test/unit/documents/readme.test.ts#the generated tables are what the sources say now",
    "npm run docs",
  ],
  "sealed calls beside an unsealed server, in one run": [
    "test/e2e/bench.test.ts#the bench puts every server beside the plain one",
    "npm run bench",
  ],
  "an hour of calls under `kill -9`: answered once, nothing leaks, nothing stays": [
    "test/e2e/soak.test.ts#answers every call once for",
    "npm run soak",
  ],
  "what is published: JavaScript and types, in `dist/package` of each package": [
    "test/e2e/installed.test.ts#ships JavaScript with its types",
    "npm run build:packages",
  ],
  "The bench and the tests of the guest in C need Debian's `clang`, `lld` and `minisign`, the tests of registries `docker-registry`, those of replicas `redis-server`, those of tokens `softhsm2`; where they are missing the tests say so, and `.ci/run` installs them.":
    [
      "test/unit/documents/figures.test.ts#the Node and the Debian packages",
      "test/unit/documents/readme.test.ts#the npm scripts that the README runs exist",
    ],
  "A sentence of this page or of the threat model that nothing shows fails `test/unit/documents/claims.test.ts`, which prints how many there are; its evidence stands in `test/claims/`.":
    ["test/unit/documents/claims.test.ts#each of these changes is found"],
  "Node 26 comes from pinned platform packages, so the system's Node only has to run npm.": [
    "test/unit/dependencies.test.ts#every version is exact",
    "test/e2e/installed.test.ts#says its version and helps",
  ],
  "Install scripts stay off.": [
    "test/unit/dependencies.test.ts#what the lock brings has a checksum, and only the Inspector wants to run a script",
  ],
  "The packages are private in the tree, because Node runs no TypeScript from `node_modules`: what `build:packages` writes is what to publish.":
    ["test/e2e/installed.test.ts#ships JavaScript with its types"],
};
