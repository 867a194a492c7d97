import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "Glovebox" to "The plugins of this tree", and what shows it. */
export const README_FIRST_USE: Claims = {
  // Glovebox
  "Glovebox is an MCP host that runs third-party tools as sealed WebAssembly components.": [
    "test/e2e/quick-start.test.ts#has every step of the whole way",
  ],
  "No plugin answers a call that is not pinned by SHA-256 and signed by someone you trust, unless you except it by name, which only development takes.":
    [
      "test/e2e/trust.test.ts#does not start, and is not added, though it is pinned and signed",
      "probe:pin.changed-package",
      "probe:pin.no-signature",
      "test/e2e/policy.test.ts#nothing is added unsigned",
      "test/unit/policy/gates/decide-start.test.ts#lets all of that pass, and says so elsewhere",
      "probe:start.unsigned",
    ],
  "A plugin reaches only what you granted, such as files beneath a folder of its own or listed hosts.":
    [
      "probe:files.climb",
      "probe:http.not-granted",
      "probe:capability.not-granted",
      "test/security/host-api-arguments.test.ts#every operation is in the table of attacks",
      "test/unit/host-api/guest-components.test.ts#refuses every glovebox function without a grant",
    ],
  "In production anything less refuses to start, and the runtime reports its own gaps as a tool.": [
    "test/unit/policy/gates/decide-start.test.ts",
    "test/e2e/production-start.test.ts#says every reason at once",
    "test/unit/server/mcp/mcp-server.test.ts#answers the debt report",
  ],
  "It is not for MCP servers that are npm or Python packages, and not for native binaries: what it runs is WebAssembly, and what needs a socket, a shell or a process of its own stays outside.":
    [
      "test/unit/host-api/guest-components.test.ts#refuses every socket",
      "test/security/registry-images.test.ts#has its component",
    ],
  // Quick start
  "You need npm and any Node from 20 on: the tree brings the Node 26 that it runs on.": [
    "test/unit/documents/figures.test.ts#the Node and the Debian packages",
    "test/e2e/installed.test.ts#says its version and helps",
  ],
  "With bubblewrap on the machine the seal is bubblewrap and seccomp, without it Landlock and seccomp: no Debian package is needed.":
    [
      "test/security/seal-escape.test.ts#this machine has a seal to test",
      "test/unit/sandbox/seal/choose-seal.test.ts#takes the first form of seal",
    ],
  // See it work
  "It builds the plugins of this tree from source, signs them with a key made on the spot, installs them in a scratch folder, calls them through an MCP client, and lets a hostile plugin try the obvious.":
    ["test/e2e/demo.test.ts#every step of the demonstration"],
  "This takes a few minutes on two cores: `npm ci` downloads about 230 MB, which become about 950 MB in `node_modules`.":
    ["test/unit/documents/figures.test.ts#what `npm ci` brings takes about as much room"],
  // Write a plugin
  "That gives you `glovebox`, and the right `node` for it, from any folder:": [
    "test/e2e/installed.test.ts#says its version and helps",
  ],
  "`(cd hello && npm test)` runs the plugin's own tests, which need no server and no build.": [
    "test/e2e/quick-start.test.ts#leaves a plugin whose own test passes without a server",
  ],
  "A build takes types away and does not check them: `(cd hello && tsc --noEmit)` does.": [
    "test/e2e/quick-start.test.ts#leaves a plugin whose types are checked by tsc and not by a build",
  ],
  "Two builds of one source differ in some bytes (GB-022), so sign and publish one build.": [
    "test/security/known-gaps.test.ts#GB-022: the same source built twice gives other bytes",
  ],
  "[sdk-guest/README.md](sdk-guest/README.md) has all that a plugin is written with:": [
    "test/unit/documents/sdk-readme.test.ts#names every error code, every capability, and what is imported for it",
  ],
  '* **Capabilities**: `import { files, fetch, kv } from "@glovebox/sdk"`, and name each in `plugin.json` with a reason; the operator grants it, or less, or nothing.':
    [
      "test/unit/documents/sdk-readme.test.ts#names every error code, every capability, and what is imported for it",
      "test/unit/host-api/guest-components.test.ts#refuses every glovebox function without a grant",
    ],
  '* **Errors**: `throw new ToolError({ error_code: "NOT_FOUND", message })` is what the caller reads of a failure.':
    ["test/unit/documents/sdk-readme.test.ts#the plugin that the SDK's README shows"],
  "* **Tests**: `testPlugin(tools, { kv: {} })` grants capabilities in memory, and refuses those that it does not name.":
    ["test/unit/documents/sdk-readme.test.ts#the plugin that the SDK's README shows"],
  // Install it
  "`add` shows what the model will read and what the plugin wants, and asks; a script says `--yes` instead:":
    [
      "test/e2e/approval.test.ts#is asked for after everything was shown",
      "test/e2e/quick-start.test.ts#ends with 0, and says what happened",
    ],
  // Use it
  "An MCP client starts `glovebox serve` by itself and speaks to it over stdio.": [
    "test/e2e/mcp-clients.test.ts#what `serve --snippets` prints starts the server",
  ],
  "Clients start servers from any folder and with any `PATH`, so their configuration needs absolute paths.":
    [
      "test/e2e/mcp-clients.test.ts#what `serve --snippets` prints starts the server from any folder",
    ],
  "This prints it for Claude Desktop, VS Code and Cursor, with the paths of your machine:": [
    "test/e2e/mcp-clients.test.ts#what `serve --snippets` prints",
  ],
  "The [Inspector](https://github.com/modelcontextprotocol/inspector) takes the server's command after `--`, which keeps its own `--config` apart:":
    ["test/e2e/mcp-clients.test.ts#the Inspector's command line lists the tools"],
  // What a plugin can do
  "Nothing is granted by default.": [
    "test/unit/policy/parse-configuration.test.ts#grants nothing, trusts nobody and waives nothing by default",
    "test/unit/host-api/guest-components.test.ts#refuses every glovebox function without a grant",
  ],
  "| filesystem | every path is `not-permitted` | files beneath `.glovebox/data/NAME/files`, never through a link, at most 64 MiB in 10000 files | `--grant filesystem=read` or `filesystem=read-write` |":
    [
      "test/unit/host-api/filesystem/guest.test.ts#has no preopen without the grant",
      "test/unit/documents/readme.test.ts#the defaults that the table of capabilities names",
      "test/security/filesystem-links.test.ts",
      "probe:files.read-link",
      "test/security/filesystem-quota.test.ts",
    ],
  "| http | every request is `not-permitted` | GET and HEAD to the listed hosts, public addresses only, secrets added by the host | `--grant http=api.example.com:443` |":
    [
      "probe:http.not-granted",
      "probe:capability.not-granted",
      "probe:http.private",
      "test/unit/http/match.test.ts#allows only the granted methods",
      "test/security/http-addresses.test.ts#refuses a granted name that resolves to",
      "test/security/http-requests.test.ts#adds the secret",
    ],
  "| kv | `not-permitted` | a durable store of its own, at most 1 MiB | `--grant kv` or `kv=4MiB` |":
    [
      "test/unit/host-api/guest-components.test.ts#keeps, lists and deletes bytes",
      "test/unit/documents/readme.test.ts#the defaults that the table of capabilities names",
      "test/unit/powers/key-value.test.ts#keeps what was set, after it is closed",
      "probe:kv.quota",
    ],
  "| env | `not-permitted`; in WASI an empty environment | the values you write, never the host's environment | `--grant env=UNITS=metric` |":
    [
      "test/unit/host-api/guest-components.test.ts#shows granted values, and no others",
      "probe:env.host",
    ],
  "| clock | `not-permitted`; in WASI a clock that stands still | the time, and sleeping | `--grant clock` |":
    [
      "test/security/host-api-arguments.test.ts#a clock that nobody granted does not follow the time",
      "test/unit/host-api/guest-components.test.ts#tells the time and sleeps with the clock grant",
    ],
  "| random | `not-permitted`; in WASI a trap | secure random bytes | `--grant random` |": [
    "test/unit/host-api/guest-components.test.ts#traps secure randomness without the grant",
    "test/unit/host-api/guest-components.test.ts#draws different secure bytes",
  ],
  "| ask | `not-permitted` | questions to the person in front of the client, or to the client: forms, addresses to open, its model, its folder names; each kind by itself | `--grant ask=form` |":
    [
      "test/unit/host-api/ask/grant.test.ts#reads a kind, a list of kinds and an object",
      "test/unit/host-api/ask/request.test.ts#is refused where its kind is not granted",
    ],
  "| log, progress, notify | always served: bounded, escaped, no authority | | |": [
    "test/unit/host-api/guest-components.test.ts#sends log lines, standard output and progress as notes, without a grant",
    "test/unit/call.test.ts#logs lines that are cut and made visible",
    "test/security/sandbox/sealed-calls.test.ts#drops log lines beyond the limit",
  ],
  "| sockets, processes, shell, host environment, other plugins | never | never | |": [
    "test/unit/host-api/guest-components.test.ts#refuses every socket",
    "test/security/seal-escape.test.ts#no process starts",
    "probe:env.host",
    "probe:kv.neighbour",
  ],
  "A plugin may offer resources, prompts and completions beside its tools.": [
    "test/e2e/offers.test.ts#lists, reads, gets and completes",
  ],
  "A model reads them as it reads tools, so they are shown at approval, scanned, pinned and compared with them, and reading one is a call like any other: scoped, limited, sealed, filtered, audited.":
    [
      "test/unit/firewall/offers-shown.test.ts#shows the operator every word",
      "test/e2e/offers.test.ts#what is offered is pinned",
      "test/security/auth-http.test.ts#shows each principal what it may call",
      "test/unit/firewall/filter/policy.test.ts#every part of an answer is read",
    ],
  "Prompts are listed as `<plugin>__<prompt>`; resources keep the plugin's own address, which no other plugin here may have, and whose scheme is neither `file:` nor `https:` nor another that belongs to somebody else.":
    [
      "test/unit/policy/expose-offers.test.ts#prompts are named as tools are",
      "test/e2e/offers.test.ts#cannot answer in another's name",
      "test/unit/plugin/offers.test.ts",
    ],
  "With a grant of `ask` it may ask the person in front of the client.": [
    "test/e2e/offers.test.ts#asks the person, and goes on with the answer",
  ],
  "Nobody waits in a runner while a person thinks: the question ends the call, which is run again from its start with the answer (GB-042), at most eight times.":
    [
      "test/unit/asking.test.ts#ends the call, and is answered when it is run again",
      "test/unit/asking.test.ts#comes to an end, however often it asks for more",
    ],
  "Forms are flat and must not ask for secrets (GB-043), addresses lie within the granted hosts, and an answer counts for exactly the words that were shown.":
    [
      "test/unit/host-api/ask/request.test.ts#must not ask for a secret in a form",
      "test/unit/host-api/ask/request.test.ts#has a flat schema of known words",
      "test/unit/host-api/ask/request.test.ts#sends people to no other address",
      "test/unit/asking.test.ts#is not answered by an answer to other words",
    ],
  "Every call runs on untouched state (a new instance, or one restored from an image and proven equal), in a process that holds no authority.":
    [
      "test/security/reset/reset-equals-fresh.test.ts",
      "test/security/sandbox/sealed-calls.test.ts#gives every call an instance that no other call has touched",
      "probe:call.untouched-state",
      "test/security/seal-escape.test.ts#native code in the runner's place gets nothing",
    ],
  // The rings
  "| 0 | SHA-256 pin and signature, fail closed | swapped or unsigned code, rug pulls |": [
    "probe:pin.changed-package",
    "probe:pin.no-signature",
    "test/supply/rug-pull.test.ts",
  ],
  "| 1 | imports and types compared with the published ones, hostile names and features refused | ambient WASI, code injection through names |":
    [
      "test/unit/plugin/component/imports.test.ts",
      "test/security/component-names.test.ts",
      "test/security/component-features.test.ts",
    ],
  "| 2 | the broker's own filesystem, fetch and secrets | path escape, SSRF, key theft |": [
    "test/security/filesystem-paths.test.ts",
    "test/security/http-addresses.test.ts",
    "test/unit/http/secrets.test.ts",
  ],
  "| 3 | one runner process per plugin, or per call with `isolation: call`; deadline and memory kills | denial of service, reads across plugins |":
    [
      "test/security/sandbox/sealed-calls.test.ts#kills an endless loop at its deadline",
      "test/security/sandbox/sealed-calls.test.ts#kills a memory bomb",
      "test/security/sandbox/isolation.test.ts#with isolation: call, what stays in a process",
    ],
  "| 4 | Node's permission model | accidental access |": [
    "test/security/seal-node.test.ts#JavaScript is refused what its flags refuse",
  ],
  "| 5 | bubblewrap + seccomp, else Landlock + seccomp (on macOS Seatbelt, untested), rlimits, a cgroup where delegated; probed by an attacker at every start | host files, network, processes after an engine escape |":
    [
      "test/security/seal-escape.test.ts#native code in the runner's place gets nothing",
      "test/security/seal-limits.test.ts",
      "test/security/seal-cgroup.test.ts",
      "test/unit/sandbox/seal/choose-seal.test.ts#takes the first form of seal",
    ],
  "`glovebox doctor` starts a hostile program inside the seal and says what it could not do, and which measures are in force.":
    [
      "test/unit/sandbox/seal/choose-seal.test.ts#says of each measure whether it is in force",
      "test/security/seal-probe.test.ts",
    ],
  "A systemd unit with `Delegate=yes` and `DelegateSubgroup=broker` lets the kernel bound each runner's memory in a cgroup of its own.":
    [
      "test/unit/powers/cgroup.test.ts#makes a group beside its own",
      "test/unit/powers/cgroup.test.ts#hands the controllers down itself",
    ],
  "[THREAT_MODEL.md](THREAT_MODEL.md) says what is not stopped, and so does the tool `report_pattern_debt`.":
    ["test/unit/documents/threat-model.test.ts#every debt item that the documents name exists"],
  // The plugins of this tree
  "`plugins/` holds four plugins to use and to learn from: `files`, `memory`, `time` and `web`.": [
    "test/e2e/mcp-plugins.test.ts#lists and calls all four plugins",
  ],
  "They are installed as anybody else's are: built, packed, signed, trusted and approved.": [
    "test/e2e/mcp-plugins.test.ts#lists and calls all four plugins",
    "test/e2e/installed.test.ts#builds the plugins of its demonstration",
  ],
  "Each has a README of its own, such as [plugins/files/README.md](plugins/files/README.md).": [
    "test/unit/documents/readme.test.ts#every file, folder and link that the README names exists",
  ],
  'Files and the web in one workspace open a path for private data: "What a person decides" says what to do about it.':
    ["test/e2e/flow.test.ts#`glovebox flow` names each path"],
};
