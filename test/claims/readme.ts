import type { Claims } from "../helpers/count-claims.ts";
import { README_AT_REST } from "./readme-at-rest.ts";
import { README_CALLERS } from "./readme-callers.ts";
import { README_CONFIGURATION } from "./readme-configuration.ts";
import { README_CONTENT } from "./readme-content.ts";
import { README_DEBT } from "./readme-debt.ts";
import { README_EVIDENCE } from "./readme-evidence.ts";
import { README_FIRST_USE } from "./readme-first-use.ts";
import { README_OPERATION } from "./readme-operation.ts";
import { README_PROBES } from "./readme-probes.ts";
import { README_SERVER } from "./readme-server.ts";
import { README_SHAPES } from "./readme-shapes.ts";
import { README_SOURCES } from "./readme-sources.ts";

/**
 * Every statement of README.md that claims something, by its exact text, and what shows it: a test by its title, a probe by its
 * id, or the command that prints a figure. A changed statement has no evidence until somebody has looked again.
 */
export const README_CLAIMS: Claims = {
  ...README_FIRST_USE,
  ...README_CONTENT,
  ...README_CONFIGURATION,
  ...README_SOURCES,
  ...README_SHAPES,
  ...README_SERVER,
  ...README_CALLERS,
  ...README_OPERATION,
  ...README_DEBT,
  ...README_AT_REST,
  ...README_EVIDENCE,
  ...README_PROBES,
};

/** Lines that say nothing that could be false. None may hold a word that promises, or a figure: see `count-claims.ts`. */
export const README_CLAIMLESS: readonly string[] = [
  "* To use it: [Quick start](#quick-start), [What a plugin can do](#what-a-plugin-can-do), [The plugins of this tree](#the-plugins-of-this-tree), [The scanner](#the-scanner), [The filter of outputs](#the-filter-of-outputs)",
  "* To set it up: [Configuration](#configuration), [Who vouches](#who-vouches), [Sources](#sources), [When something changes](#when-something-changes), [Shapes](#shapes), [Commands](#commands), [Error codes](#error-codes)",
  "* To run a server: [The server](#the-server), [Data at rest and erasure](#data-at-rest-and-erasure), [Observability](#observability), [Where data may go](#where-data-may-go)",
  "* To judge it: [What the runtime proves about itself](#what-the-runtime-proves-about-itself), [For auditors](#for-auditors), [THREAT_MODEL.md](THREAT_MODEL.md), [SECURITY.md](SECURITY.md)",
  "* To work on it: [Layout](#layout), [Development](#development), [CHANGELOG.md](CHANGELOG.md), [sdk-guest/README.md](sdk-guest/README.md) for plugins",
  "Build the tree once and put its commands first in this shell's `PATH`.",
  "Then, in an empty folder:",
  "In the folder that shall hold your configuration; here it is the same one:",
  "In the folder of your `glovebox.yaml`, with `TREE` as the folder of this tree:",
  "A tool's definition is text that a model obeys and that people seldom read.",
  "| `plugins.NAME.grants` | what it may do, by capability; see below |",
  '| `server.rate` | what callers may use; see "Limits of callers" |',
  '| `server.regions`, `server.tenants` | regions of hosts and tenants; see "Where data may go" |',
  "A plugin's shape is how it says what its tools are.",
  "**1. Build and sign**, on the machine where plugins are made, which keeps the private key:",
  "Bring the `.tgz`, its `.sigstore.json` and `builder.pub` to the server.",
  "on the network between the load balancer and here",
  "**3. Trust and approve.**",
  "**4. Make the keys**, one for what clients bring back and one for each client:",
  "**5. Ask before starting.**",
  "**6. Start.**",
  "**7. Set up the load balancer.**",
  "**8. Call it**, in either era; here from the server itself, and from elsewhere at `https://tools.example.com/mcp`:",
  "A model that reads private data and text of strangers, and can send something out, can be talked into sending the data.",
  "| `host-api/` | what a plugin may ask for: the WIT contract, one folder per capability |",
  "| `runtime/supply/` | packages, signatures, the ordered verification, the cache; `sources/`: files, https, registries |",
  "| `runtime/sandbox/` | the seal, the runner, the channel, the pool |",
  "| `runtime/audit/` | records of calls and denials |",
  "| `runtime/debt/` | the report of known gaps |",
  "| `sdk-guest/` | `defineTool`, the component build, the test host |",
  "| `plugins/` | `files`, `web`, `time`, `memory` |",
  "| `test/` | unit, security, advisories, e2e, bench, soak; `threat-model/` and `claims/`: what the documents are made from and held to |",
];

/** What holds the generated tables to what they are made from, and that to what happens. */
export const README_GENERATED: Claims = {
  limits: [
    "test/unit/documents/readme.test.ts#the generated tables are what the sources say now",
    "test/e2e/limits.test.ts",
  ],
  gates: [
    "test/unit/documents/readme.test.ts#the generated tables are what the sources say now",
    "test/unit/policy/gates/http-gates.test.ts#tries every gate and every code above",
  ],
  commands: [
    "test/unit/documents/readme.test.ts#the generated tables are what the sources say now",
    "test/e2e/command-line.test.ts#explains ${name} with its options",
  ],
  errors: [
    "test/unit/documents/readme.test.ts#the generated tables are what the sources say now",
    "test/unit/documents/errors.test.ts#every code in a table is used",
  ],
};
