import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "Configuration" to "Who vouches", and what shows it. */
export const README_CONFIGURATION: Claims = {
  // Configuration
  "`glovebox.yaml` is yours; an unknown key is an error that names the known one.": [
    "test/unit/policy/configuration-keys.test.ts#is answered with the one that was meant",
  ],
  "Its first line names the schema that `glovebox init` puts beside it, so that editors complete and check it.":
    ["test/unit/policy/schema.test.ts#is the one that a first configuration names"],
  "| `version` | 1, the version of this format |": [
    "test/unit/policy/parse-configuration.test.ts#has its own words for a missing version",
  ],
  "| `mode` | `development` (default) or `production`, which refuses to start with anything unsigned, unpinned, changed, unsealed or in files that others may change; `NODE_ENV=production` makes it so too |":
    [
      "test/advisories/production-that-anyone-may-rewrite.test.ts",
      "test/advisories/production-misspelled.test.ts",
      "test/unit/policy/gates/decide-start.test.ts#says which key and which entry it refuses",
      "test/supply/matrix.test.ts#is refused with",
    ],
  '| `trust` | whose signatures count: `name`, one of `key`, `identity` and `minisign`, and `plugins`, names in which `*` stands for any part; see "Who vouches" below |':
    [
      "test/unit/policy/parse-configuration.test.ts#of a signer says who it is, in one way",
      "test/unit/supply/signatures/verify.test.ts#refuses a trusted key for a plugin of another's name",
    ],
  "| `revoked`, `sigstore` | whose signatures and which files count no more, and whose certificates count; see there |":
    [
      "test/e2e/trust.test.ts#that is revoked starts nothing",
      "test/e2e/foreign-signers.test.ts#vouches offline, by the trusted root",
    ],
  "| `plugins` | each plugin under its name in this workspace; its tools are listed as `NAME__TOOL`, with `_` for each hyphen of the name |":
    [
      "test/e2e/completion.test.ts#as its tools are listed",
      "test/unit/policy/expose.test.ts#are named by plugin and tool",
    ],
  "| `plugins.NAME.source` | a `.tgz`, a `.wasm` with or without a `plugin.json` beside it, or a folder, relative to this file; or `https://…` or `oci://…`, see Sources |":
    [
      "test/unit/supply/sources/source-text.test.ts",
      "test/e2e/wit-components.test.ts#is approved again under the words",
    ],
  "| `plugins.NAME.limits` | its own limits, over the general ones |": [
    "test/unit/policy/read-limits.test.ts#of a plugin starts from the one for all plugins",
  ],
  "| `plugins.NAME.isolation` | `plugin` (default): calls share the plugin's runner processes (as many as `limits.concurrent_calls`), each with one instance that is restored after every call; `instance`: each call has a new instance; `call`: each call has a process of its own, killed after the answer |":
    [
      "test/security/sandbox/isolation.test.ts#with isolation: call, what stays in a process",
      "test/security/sandbox/isolation.test.ts#with isolation: call, a process is gone after its answer",
      "test/security/reset/reset-equals-fresh.test.ts",
      "test/unit/sandbox/extism/servlets.test.ts#no call finds what another left",
    ],
  '| `plugins.NAME.approvals` | whether a person is asked before a tool runs: `always`, `first` (of a conversation) or `never`, for all tools or for each by its own name with `*` for the rest; see "What a person decides" |':
    [
      "test/unit/consent/make-consent.test.ts#ask before each call",
      "test/unit/consent/make-consent.test.ts#ask once in a conversation with `first`",
    ],
  '| `plugins.NAME.tenancy` | `separate` (default): every tenant of the HTTP server has runner processes of its own; `shared`: they take turns in the same ones; folders, stores and secrets are apart in any case, see "Who calls" |':
    [
      "test/unit/cli/serving/tenant-plugins.test.ts#gives each tenant runners of its own, or one set",
      "test/security/auth-tenants.test.ts#keep what they keep apart",
    ],
  "| `plugins.NAME.tools` | the tools to expose, each by its name or as `{tool, as}` under another; all, when it is left out |":
    ["test/unit/policy/expose.test.ts#are those that the operator chose"],
  "| `plugins.NAME.prompts` | the prompts to expose, each by its name or as `{prompt, as}`; all, when it is left out |":
    ["test/unit/policy/expose-offers.test.ts#the operator chooses which to expose"],
  "| `plugins.NAME.resources` | the addresses and templates to expose; all, when it is left out, and none of an empty list |":
    ["test/unit/policy/expose-offers.test.ts#the operator chooses which to expose"],
  "| `plugins.NAME.names` | `prefixed` (default) lists tools and prompts as `NAME__TOOL`; `plain` by their own names |":
    [
      "test/unit/policy/expose.test.ts#are named by plugin and tool",
      "test/unit/policy/expose.test.ts#refuse two that would have one name",
    ],
  "| `plugins.NAME.unsigned` | `true` runs it without a signature, in development only, and says so wherever it is shown |":
    [
      "test/unit/policy/gates/decide-start.test.ts#lets all of that pass, and says so elsewhere",
      "test/e2e/approval.test.ts#a signed release of what ran unsigned",
    ],
  '| `profiles` | sets of `plugins` that are kept apart, each under its name; see "What a person decides" |':
    ["test/e2e/profiles.test.ts#what one profile keeps, no other finds"],
  "| `flow` | what becomes of paths from private data to the outside. `hold`: `all`, or ids of paths on which a person decides; `accept`: paths that nobody is asked about, each with `path`, `reason` and `until`; `inside`: hosts of your own; `after`: `strangers` (default) or `both`; `window`: `1h`, how long what a principal has read counts in its next conversations |":
    [
      "test/unit/policy/flow/paths.test.ts#does not count an acceptance that is over",
      "test/unit/policy/flow/paths.test.ts#do not end inside, and begin there",
      "test/unit/consent/make-consent.test.ts#waits for private data too",
      "test/unit/consent/make-consent.test.ts#counts for the principal's next conversation within the window",
      "test/unit/documents/figures.test.ts#the defaults of the flow policy",
    ],
  "| `limits` | what one call may use, for every plugin |": [
    "test/unit/policy/read-limits.test.ts#exists for everything that a call uses",
  ],
  '| `filter` | what the filter of outputs does with each kind (`secrets`, `cards`, `ssn`, `fields`, `instructions`, `invisible`, `terminal`, `exfiltration`, `internals`, `email`, `phone`, `iban`, `ip`): `redact`, `block`, `annotate` or `pass`; and `sensitive_fields`, names of fields; see "The filter of outputs" |':
    [
      "test/unit/firewall/filter/policy.test.ts#redact, block, annotate and pass do what they say",
      "test/e2e/filter.test.ts#an unknown action or kind is refused",
    ],
  '| `audit` | `arguments`: what is kept of them beside their digest, `digest` (default, nothing), `redacted` or `full`; `sync`: `interval` (default) or `always`; `checkpoint`: `records` (1000), `every` (60s) and `folder`, where copies go; `rotate`: `size` (64MiB), `age` and `keep`; see "Observability" |':
    [
      "test/unit/documents/figures.test.ts#the defaults of tasks, of the audit trail",
      "test/e2e/anomalies.test.ts#arguments are kept with secrets taken out",
    ],
  "| `server.store` | where replicas meet: `memory` (default), or `{ redis: env:REDIS_URL }` |": [
    "test/unit/documents/figures.test.ts#the defaults of whose tokens",
    "test/security/hostile-store.test.ts#an address that is none is refused",
  ],
  '| `server.tasks` | calls that become tasks: `tools`, by the names under which they are listed, each with `support` (`optional`, or `required`) and `asks` (`within`, or `before`); `limits`: `deadline` (10m), `ttl` (60m), `poll` (1s), `running` (8), `running_per_principal` (4), `open_per_principal` (32), `kept_per_principal` (256) and `waiting` (1000); see "Tasks" |':
    [
      "test/unit/documents/figures.test.ts#the defaults of tasks",
      "test/unit/server/mcp/serve-tasks.test.ts#a tool that asks first becomes a task",
    ],
  '| `telemetry` | `otlp`: `endpoint` of a collector, `headers` (a reference to `name=value,name=value`), `every` (15s) and `sample`, the share of traces that is kept (1); `metrics`: `prometheus`, `true` or `listen` with an address and port of this machine (`127.0.0.1:9464`); `debt`: `true` serves the operator\'s report beside them; see "Observability" |':
    [
      "test/advisories/operator-pages-by-another-name.test.ts#what is not configured is not there",
      "test/unit/documents/figures.test.ts#the defaults of tasks",
      "test/unit/server/telemetry/open-telemetry.test.ts#keeps the share of traces",
    ],
  '| `anomalies` | `rules`, each with `name`, `kind`, `action` (`log`, `alert` or `suspend`), perhaps `plugins`, and what its kind needs (`calls` and `within`, `chars` or `times`, `known`, `streak`); `webhook`: `url`, `secret` (a reference) and `private` (ranges); see "Observability" |':
    [
      "test/unit/audit/anomalies.test.ts",
      "test/security/alert-webhook.test.ts#needs a secret that can be read",
    ],
  '| `probes` | `every`: how often a server attacks itself after its start, `10m` to `30d`, or `never`; production has `6h` where this is left out, and development attacks itself where this is written; see "What the runtime proves about itself" |':
    [
      "test/unit/cli/serving/watch-probes.test.ts#are not run unless the configuration asks for them",
      "test/e2e/probes.test.ts#says in production when it has attacked itself",
      "test/unit/policy/schema.test.ts#judges glovebox.yaml as the parser does",
    ],
  "| `licences` | `allow`: SPDX identifiers that plugins may have; `otherwise`: `refuse` (default) or `warn`. An expression is met by `AND` and `OR` of allowed ones; `ID WITH EXCEPTION` is one of its own |":
    ["test/unit/policy/licences.test.ts"],
  '| `server.auth` | who may call over HTTP: `mode` is `none` (this machine only), `keys`, `oauth` or `mtls`; see "Who calls" below |':
    [
      "test/unit/server/auth/local-only.test.ts",
      "test/e2e/production-start.test.ts#refuses to let everyone in from elsewhere",
    ],
  "| `server.scopes` | which scopes a tool needs: `default`, and `tools` by exposed name in the place of the default; without the section, whoever may call at all may call every tool |":
    [
      "test/unit/policy/tool-scopes.test.ts#are those of the tool where it has some",
      "test/unit/policy/tool-scopes.test.ts#are none where none are configured",
    ],
  "| `server.http` | for `glovebox serve --http`. `listen`: address and port (default `127.0.0.1:8808`); `hosts`: names by which clients call it, `origins`: web pages that may, beside those of this machine; `tls`: `cert`, `key` and `client_ca` as `file:` references; `proxy`: `trusted` networks of what ends TLS in front of it; `limits`: `body` (4MiB), `header` (16KiB), `connections` (2000), `streams_per_principal` (32), `sessions` (1000), `sessions_per_principal` (50), `session_idle` (30m), `listening` (10m, after which a stream of changes ends, and its client comes again and authenticates), `receive` (15s), `drain` (20s) |":
    [
      "test/unit/documents/figures.test.ts#the defaults of the HTTP server",
      "test/unit/policy/server/http.test.ts#only this machine is served where nothing is configured",
      "test/unit/policy/server/http.test.ts#every limit of the listener has a range",
      "test/advisories/changes-of-other-tenants.test.ts#who listens comes again after a while",
    ],
  "| `server.state_key` | `env:` or `file:` reference to the secret that replicas share, of 32 bytes or more, which signs what a client brings back after a question; without it each start makes its own |":
    [
      "test/unit/documents/figures.test.ts#the defaults of the HTTP server",
      "test/e2e/http-serve.test.ts#says why it cannot listen",
      "test/security/http-server-state.test.ts#refuses a state for another tool",
    ],
  "| `waivers` | a dated exception to one gate: `gate` (`ring5`, or one of those below that can be waived), `reason`, and `until`, the last day that it counts |":
    [
      "test/unit/policy/gates/decide-start.test.ts#counts until the end of its day in UTC",
      "test/unit/policy/parse-configuration.test.ts#names one gate, once, with a reason",
    ],
  "| `filesystem` | `read`, `read-write`, or `access` with `quota` (bytes of all files) and `files_max` |":
    [
      "test/unit/host-api/filesystem/grant.test.ts#reads the short forms with their defaults",
      "test/unit/host-api/filesystem/grant.test.ts#reads the long form",
    ],
  "| `http` | one rule, a list of rules, or `allow` with `private` (address ranges that granted hosts may resolve to), `redirectsMax` (3), `responseBytesMax` (4 MiB) and `timeoutMs` (30000) |":
    [
      "test/unit/http/grant.test.ts#accepts a list of texts and objects",
      "test/unit/documents/readme.test.ts#the defaults that the table of capabilities names",
      "test/security/http-addresses.test.ts#a granted loopback address stays closed until its range is opened",
    ],
  "| an `http` rule | text like `api.example.com:443` or `https://api.example.com/v1/`, or `scheme`, `host`, `port`, `methods`, `paths` and `secret` |":
    ["test/unit/http/grant.test.ts#text may name scheme, port and a path prefix"],
  "| a `secret` | `header`, `reference` (`env:NAME`, or `file:` and the absolute path of a file that only you can read) and `format`, with `{}` where the secret goes; with `perTenant`, names of tenants and their own references, the rule is for these tenants only |":
    [
      "test/unit/powers/secrets.test.ts#reads a variable and a file",
      "test/unit/powers/secrets.test.ts#refuses a file that others may use",
      "test/unit/host-api/http/for-tenant.test.ts#is nobody else's",
      "test/unit/http/secrets.test.ts#gives the header of the rule's secret",
    ],
  "| `kv` | `true`, a size, or `quota` |": [
    "test/unit/host-api/grants.test.ts#reads a kv quota as true, as a size and as an object",
  ],
  "| `env` | names and values |": [
    "test/unit/host-api/grants.test.ts#reads env values and their flag",
  ],
  "| `clock`, `random` | `true` |": [
    "test/unit/host-api/grants.test.ts#clock and random are granted whole",
  ],
  "| `ask` | `form`, `sampling` or `roots`, a list of them, or `{form, url, sampling, roots}`, where `url` names the hosts that people may be sent to by https |":
    [
      "test/unit/host-api/ask/grant.test.ts#reads a kind, a list of kinds and an object",
      "test/unit/host-api/ask/request.test.ts#sends people to no other address",
    ],
  "| `keys` | `file`, where `glovebox key new` keeps the keys' hashes (default `.glovebox/keys.json`) |":
    [
      "test/security/auth-keys.test.ts#is its client, tenant, user and scopes, and the file holds only its hash",
      "test/security/auth-keys.test.ts#does not start without the file",
    ],
  "| `oauth` | `issuer`, compared with `iss` letter by letter; `resource`, this server's address as clients know it; `tenant`, either `claim` or `value`; and perhaps `audience` (what `aud` must hold: the resource), `jwks` (else the issuer's metadata names it), `algorithms` (never `none` or a shared secret), `claims` that must be there, `subject` (`sub`), `client` (`client_id`), `scope` (`scope`), `dpop` (`allowed`, `required` or `off`) and `skew` (`5s`) |":
    [
      "test/security/auth-issuer.test.ts#refuses a configuration that does not say whose data",
      "test/security/auth-tokens.test.ts#is answered 401 invalid_token",
      "test/security/auth-proofs.test.ts#is demanded of every token",
      "test/unit/documents/figures.test.ts#the defaults of whose tokens",
    ],
  "| `mtls` | `tenant`, either `field` or `value`; `subject`, a field: `subject.CN`, `subject.O`, `subject.OU`, `san.uri`, `san.dns` or `san.email`; `scopes` that every such client has; `revoked`, SHA-256 of certificates that count no more |":
    [
      "test/security/auth-certificates.test.ts#is the tenant and the user that its fields name",
      "test/security/auth-certificates.test.ts#is refused when it is revoked",
    ],
  "`glovebox.lock.json` holds what was approved: digests of package, component, tool definitions, manifest and requests, the grants, and the signers.":
    ["test/unit/plugin/lockfile.test.ts#reads back what it writes"],
  "Keep both files under version control; `.glovebox/` keeps itself out of it.": [
    "test/e2e/approval.test.ts#works in a fresh clone, which has no .glovebox, and keeps that out of version control",
  ],
  "Everything is verified from the bytes at every start: the approved copy in `.glovebox/store`, and the source too while that file is still there.":
    ["test/supply/matrix.test.ts#is refused with", "test/e2e/tampered-approvals.test.ts"],
  "Every format has a JSON Schema: `runtime/plugin/schemas/plugin.schema.json`, `runtime/plugin/schemas/lockfile.schema.json`, `runtime/policy/glovebox.schema.json` and `runtime/debt/debt-report.schema.json`.":
    ["test/unit/documents/readme.test.ts#every JSON Schema of the tree is named"],
  // Who vouches
  "Nothing counts that `trust` does not name.": [
    "test/unit/supply/signatures/verify.test.ts#refuses a key that nobody trusts",
    "probe:pin.stranger",
    "probe:pin.other-name",
  ],
  "An entry is one signer, of one of three kinds, and the plugins that it may sign:": [
    "test/unit/policy/parse-configuration.test.ts#of a signer says who it is, in one way",
  ],
  "| `key` | base64 of an Ed25519 or ECDSA P-256 key, the line in the `.pub` file | `glovebox keygen`, `glovebox sign` |":
    [
      "test/unit/supply/signatures/keys.test.ts#takes Ed25519 and ECDSA P-256",
      "test/e2e/trust.test.ts#makes keys of both types",
    ],
  "| `identity` | an `issuer` and a `subject` of Sigstore, both compared letter by letter: no patterns | a workflow or a person with an account, and no lasting key |":
    [
      "test/security/signature-attacks-identity.test.ts#takes nothing in the trust entry for a pattern",
      "test/security/signature-attacks-identity.test.ts#is refused of a subject that only contains",
    ],
  "| `minisign` | the second line of minisign's `.pub` file | `minisign -S`, over the `.tgz` |": [
    "test/security/signature-attacks-minisign.test.ts#writes what is accepted here",
  ],
  "Beside a package may lie up to eight signatures: `FILE.sigstore.json`, `FILE.WORD.sigstore.json` and `FILE.minisig`.":
    [
      "test/unit/supply/signatures/verify.test.ts#reads eight signatures, and refuses nine",
      "test/e2e/trust.test.ts#a signature beside a package whose name only begins alike",
    ],
  "Each must be whole, and hold where its signer is known; a stranger's is left out, and one that does not hold refuses the plugin.":
    [
      "test/unit/supply/signatures/verify.test.ts#leaves out who is a stranger",
      "test/unit/supply/signatures/verify.test.ts#refuses a signature that does not hold, beside one that does",
    ],
  "What was approved is who signed then: if one of those signatures is missing later, a start is refused.":
    [
      "test/e2e/trust.test.ts#that is trusted no more starts nothing",
      "test/e2e/trust.test.ts#is compared with the one that takes its place",
    ],
  "| `from`, `until` | the first and the last day on which the entry counts, UTC |": [
    "test/e2e/trust.test.ts#that has ended, or not begun, starts nothing",
    "test/unit/policy/edit-configuration.test.ts#of an identity or of minisign is added, found again, and given days",
  ],
  "| `cosigners` | names of entries that must have signed too, with other keys; whoever is named so is not enough alone |":
    ["test/unit/supply/signatures/decide-vouched.test.ts"],
  "| `provenance` | for an `identity`: a SLSA v1 attestation by the same identity must name this component, and exactly this `repository` and `workflow`, as its certificate does |":
    [
      "test/e2e/foreign-signers.test.ts#may have to say what built it",
      "test/e2e/foreign-signers.test.ts#is refused when the attestation is of another component",
    ],
  "| `revoked` | `keys` (by digest), `identities` and `digests` (of a component, a manifest, a package or a registry's manifest), each with `reason` and `date`: they refuse what is pinned, too |":
    [
      "test/e2e/trust.test.ts#that is revoked starts nothing, pinned or not",
      "test/advisories/revoked-under-another-heading.test.ts",
    ],
  "| `sigstore.trusted_root` | a `trusted_root.json` of your own Sigstore, in the place of the public one that ships with the release |":
    [
      "test/e2e/foreign-signers.test.ts#vouches offline, by the trusted root that the operator named",
      "test/security/signature-attacks-identity.test.ts#of the public instance does not vouch for anybody else's",
    ],
  "A signature by an identity is verified without a network: certificate, certificate log, log entry and its time, against the trusted root.":
    [
      "test/security/signature-attacks-identity.test.ts#is accepted of exactly this subject",
      "test/e2e/foreign-signers.test.ts#vouches offline",
    ],
  "Its days are those of the log.": [
    "test/security/signature-attacks-identity.test.ts#is judged by the time of the log, and not by the clock",
  ],
  "A key's signature has no time that anybody vouches for, so its days are held against this machine's clock (GB-034).":
    [
      "test/security/known-gaps.test.ts#GB-034: the same signature by a key counts today and not tomorrow",
    ],
  "**To change a key** let two entries overlap, and the plugin runs on:": [
    "test/e2e/trust.test.ts#is rotated by two entries, and the pinned plugin never stops",
  ],
  "1. `glovebox trust add new.pub --plugins 'acme-*'`, and `glovebox trust add old.pub --plugins 'acme-*' --until DAY`, which gives the old entry its end.":
    ["test/e2e/trust.test.ts#is rotated by two entries, and the pinned plugin never stops"],
  "2. The author signs with both: `glovebox sign FILE --key new.key` adds a signature beside the old one.":
    ["test/e2e/trust.test.ts#writes over its own signature, and keeps every other"],
  "3. `glovebox approve NAME` pins both signers. When the old one has ended, the new one carries on.":
    ["test/e2e/trust.test.ts#is rotated by two entries, and the pinned plugin never stops"],
  "4. `glovebox trust remove OLD`, then `glovebox approve NAME` at once: between the two a start is refused, and what runs goes on.":
    ["test/e2e/trust.test.ts#that is taken out of the trust starts nothing until"],
  "**A key that was stolen** is revoked at once: `glovebox trust revoke NAME --reason TEXT`, then restart what runs.":
    ["test/e2e/trust.test.ts#that is revoked starts nothing, pinned or not"],
  "Of a release revoke the component's digest: a package can be packed anew around it.": [
    "test/e2e/trust.test.ts#that is revoked starts nothing, pinned or not",
  ],
  "**What nobody you trust has signed** you can sign yourself, when you have read it:": [
    "test/e2e/endorsement.test.ts#lets in what nobody signed, in production too",
  ],
  "Your signature is kept in the lockfile and the store, and nothing is written beside their file; production takes it as any other, and `glovebox restore` finds it in a fresh clone.":
    [
      "test/e2e/endorsement.test.ts#lets in what nobody signed, in production too, and writes nothing beside the source",
      "test/e2e/restore.test.ts#is restored with the words that the operator gave it",
    ],
  "A new build needs your signature anew: `glovebox update NAME --endorse operator.key`.": [
    "test/e2e/endorsement.test.ts#is of these bytes: what changes at the source is refused until it is endorsed again",
    "test/e2e/restore.test.ts#is brought up to a new build",
  ],
  "**To sign as an identity**, `glovebox sign FILE --statement` writes what is to be signed, an in-toto statement over component, tool definitions and manifest.":
    ["test/e2e/trust.test.ts#writes the statement for a signer that is not glovebox"],
  "Have a program that speaks Sigstore sign exactly that, and keep the bundle, version 0.3, as `FILE.sigstore.json`; `attest` of `@actions/attest` does in a workflow on GitHub, given its subjects, predicate type and predicate.":
    [
      "test/e2e/trust.test.ts#writes the statement for a signer that is not glovebox",
      "test/e2e/foreign-signers.test.ts#vouches offline",
    ],
};
