import type { Claims } from "../helpers/count-claims.ts";

/** What README.md says from "Shapes" to "Commands", and what shows it. */
export const README_SHAPES: Claims = {
  // Shapes
  "`plugin.json` names it as `shape`, and `plugin` is what it means when it is left out.": [
    "test/unit/plugin/schemas.test.ts#judge the plugin.json of the other shapes",
  ],
  "| `plugin` | a component that exports `glovebox:plugin/tools` | what it lists, asked behind the seal |":
    [
      "test/unit/plugin/component/inspect.test.ts#a component without tools is of another shape",
      "test/unit/sdk-guest/component.test.ts#lists the surface",
    ],
  "| `wit` | any other component, as for Wassette | its exported functions, as its own types say |":
    [
      "test/e2e/wit-components.test.ts#is listed with the names, schemas and documentation of its types",
    ],
  "| `extism` | a core module for Extism, as for hyper-mcp and mcp.run | what it lists, asked behind the seal |":
    [
      "test/e2e/servlets.test.ts#is not even asked for its tools when nobody signed it",
      "test/unit/sandbox/extism/servlets.test.ts#lists its tools, the same at every time",
    ],
  "A component needs no `plugin.json` beside it: one is derived, with the name and version of its package (else the name of its world or file, and `0.0.0`), the licence `LicenseRef-unknown`, and one request for each capability that an import stands for.":
    [
      "test/unit/plugin/wit/derive-manifest.test.ts#is named after the package of its interfaces",
      "test/unit/plugin/wit/derive-manifest.test.ts#is named after its world",
      "test/unit/plugin/wit/derive-manifest.test.ts#requests what the imports imply",
    ],
  "`--name`, `--version` and `--license` say what you know better.": [
    "test/e2e/wit-components.test.ts#is added as a package only with the words that follow from it",
    "test/e2e/restore.test.ts#is restored with the words that the operator gave it",
  ],
  "The request of a derived manifest says no amount, because an import says none, and toolchains import much that is never used; nothing is granted by it.":
    [
      "test/unit/plugin/wit/derive-manifest.test.ts#requests what the imports imply, without saying how much, and nothing else",
    ],
  "The result is packed, shown, pinned and signed as any other plugin: `glovebox sign ./fetch.wasm` signs it with your own key.":
    ["test/e2e/wit-components.test.ts#is pinned and signed as every plugin"],
  "A function of the world keeps its name; one of an interface is called after both, in lower case: `example:weather/weather-api@0.1.0#get-weather` is `example_weather_weather-api_0_1_0_get-weather`.":
    ["test/unit/plugin/wit/derive-tools.test.ts#is ${expected}"],
  "Clients see `PLUGIN__TOOL`, at most 64 characters; `--tool NAME=SHORT` (in the configuration `tools: [{ tool: NAME, as: SHORT }]`) gives a tool another name, and leaves out those that are not named.":
    [
      "test/e2e/wit-components.test.ts#has tools under the operator's names, and none that clients would not accept",
    ],
  "Descriptions are the documentation in the section `package-docs`.": [
    "test/unit/plugin/wit/derive-tools.test.ts#are the author's documentation",
  ],
  "A function that takes or gives a resource, or whose type is too large for a schema, is left out, and the description of the plugin says so; when two names would be one, the component is refused.":
    [
      "test/unit/plugin/wit/derive-tools.test.ts#are left out, each with its reason",
      "test/unit/plugin/wit/derive-manifest.test.ts#says which functions it leaves out",
      "test/unit/plugin/wit/derive-tools.test.ts#refuse the component when two differ by",
    ],
  "| integers, floats | number; what does not fit the width is refused, and a 64-bit integer may be a string of digits |":
    [
      "test/unit/plugin/wit/derive-tools.test.ts#as Wassette does, going in and coming out",
      "test/unit/plugin/wit/values.test.ts#keep every digit of a 64-bit integer",
      "test/unit/plugin/wit/values.test.ts#are refused where they do not fit",
    ],
  "| `char`, `string`, `enum` | string |": [
    "test/unit/plugin/wit/derive-tools.test.ts#as Wassette does, going in and coming out",
  ],
  "| `list`, `tuple` | array |": [
    "test/unit/plugin/wit/derive-tools.test.ts#as Wassette does, going in and coming out",
  ],
  "| `record` | object, with every field |": [
    "test/unit/plugin/wit/derive-tools.test.ts#as Wassette does, going in and coming out",
    "test/unit/plugin/wit/values.test.ts#are those that the tool's schemas allow",
  ],
  '| `variant` | `{ "tag": …, "val": … }` |': [
    "test/unit/plugin/wit/derive-tools.test.ts#as Wassette does, going in and coming out",
  ],
  "| `option` | the value or null |": [
    "test/unit/plugin/wit/derive-tools.test.ts#as Wassette does, going in and coming out",
  ],
  '| `result` | `{ "ok": … }` or `{ "err": … }` |': [
    "test/unit/plugin/wit/derive-tools.test.ts#as Wassette does, going in and coming out",
  ],
  "| `flags` | array of names |": [
    "test/unit/plugin/wit/derive-tools.test.ts#as Wassette does, going in and coming out",
  ],
  'A call answers `{ "result": … }` as structured content and the bare value as text, where 64-bit integers keep every digit (in structured content, as in JavaScript, they do to 2^53: GB-036).':
    [
      "test/unit/calling.test.ts#are the bare value as text, and the value in an envelope",
      "test/unit/plugin/wit/values.test.ts#keep every digit of a 64-bit integer",
    ],
  "When the function answers `err`, the call is an error with that message.": [
    "test/e2e/wit-components.test.ts#answers a WIT err as an error of the call",
    "test/unit/calling.test.ts#are errors of the call where the function answered err",
  ],
  "`wasi:config/store` gives the values that `env` grants, `wasi:keyvalue/store` (0.2.0-draft2) the values that `kv` keeps, and `wasi:logging/logging` writes lines of the audit trail.":
    [
      "test/unit/host-api/brokers.test.ts#the store of wasi:config has the granted values",
      "test/e2e/wit-components.test.ts#by the drafts of wasi:keyvalue and wasi:logging",
      "test/unit/plugin/component/imports.test.ts#wasi:keyvalue may be linked by either draft",
    ],
  '`--policy FILE` reads a Wassette policy (`version: "1.0"`) as grants: hosts, with `*.` for what is below them, by every method; storage as the plugin\'s own folder; a limit of memory.':
    [
      "test/unit/policy/import-policy.test.ts#becomes rules for its hosts",
      "test/unit/policy/import-policy.test.ts#becomes the plugin's own folder",
      "test/unit/policy/import-policy.test.ts#keeps a limit of memory",
    ],
  "What it allows and no grant can say (address ranges, paths of the host, variables of the host) is listed with its line and not granted, and what it denies within what it allows is refused (GB-029).":
    [
      "test/e2e/wit-components.test.ts#gives grants and limits, and tells what it does not",
      "test/unit/policy/import-policy.test.ts#may deny what it does not allow",
    ],
  // Extism plugins
  "A core module that exports `describe` and `call` (mcp.run's servlets, hyper-mcp's first form) or `list_tools` and `call_tool` (its second) is added like a component without a manifest, from a file or from the image that hyper-mcp keeps it in.":
    [
      "test/e2e/servlets.test.ts#lists and calls servlets of both forms",
      "test/e2e/publish.test.ts#is an image with an Extism plugin in it",
    ],
  "It runs on [Extism](https://extism.org) inside the same sealed runner, under the same limits, and no call finds what another left: variables live for one call.":
    [
      "test/unit/sandbox/extism/servlets.test.ts#no call finds what another left",
      "test/security/servlet-attacks.test.ts",
    ],
  "A quarter of `limits.memory`, at most 16 MiB, is for what plugin and host hand to each other.": [
    "test/unit/documents/figures.test.ts#what an Extism plugin shares with its host",
  ],
  "| `http_request` | the `http` grant; a refused request ends the call, as in Extism |": [
    "test/unit/sandbox/extism/servlets.test.ts#sends what the http grant allows",
  ],
  "| `config_get` | the values of the `env` grant, never a secret |": [
    "test/unit/sandbox/extism/servlets.test.ts#reads its configuration by the env grant",
  ],
  "| `var_get`, `var_set` | 1 MiB, for this call |": [
    "test/unit/documents/figures.test.ts#what an Extism plugin shares with its host",
    "test/unit/sandbox/extism/servlets.test.ts#no call finds what another left",
  ],
  "| `log_*`, standard output, `notify_logging_message` | lines in the audit trail |": [
    "test/unit/sandbox/extism/servlets.test.ts#writes logs and progress",
  ],
  "| `notify_progress` | progress |": [
    "test/unit/sandbox/extism/servlets.test.ts#writes logs and progress",
  ],
  "| `notify_tool_list_changed` | a refusal, in the audit trail: the approved tools stay |": [
    "test/unit/sandbox/extism/servlets.test.ts#may say that its tools changed",
    "test/e2e/servlets.test.ts#a plugin that announces other tools keeps those",
  ],
  "| `create_message`, `create_elicitation`, `list_roots`, `get_access_token`, `get_keyring_secret` | the call ends with `PERMISSION_DENIED` |":
    ["test/unit/sandbox/extism/servlets.test.ts#is refused what it asks the client for"],
  "| clock and random bytes of `wasi_snapshot_preview1` | the `clock` and `random` grants; without, time stands still and random bytes fail in a call (GB-038) |":
    ["test/unit/sandbox/extism/servlets.test.ts#gets time and random bytes by their grants"],
  "| the rest of preview 1 | no file, folder, socket, argument or variable (GB-037) |": [
    "test/unit/sandbox/extism/servlets.test.ts#gets time and random bytes by their grants, and no environment or file at all",
  ],
  "Imports of anything else, or with other types, are refused before anything runs.": [
    "test/unit/plugin/extism/inspect-servlet.test.ts#refuses an import of",
    "test/e2e/servlets.test.ts#may not import or export what no servlet does",
  ],
  "Icons, `_meta`, the dialect of a schema and formats that no validator here knows are left away from its tools; everything else must be as in any tool surface.":
    ["test/unit/plugin/extism/servlet-tools.test.ts#lose what nobody is shown"],
  // Commands
  "Every command has `--help`, `--json` and `--config FILE` (default `./glovebox.yaml`).": [
    "test/e2e/command-line.test.ts#explains ${name} with its options",
    "test/unit/documents/figures.test.ts#every command takes the options",
    "test/e2e/quick-start.test.ts#one JSON value and nothing else",
  ],
  "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 refused, 4 the tool answered an error, 5 a probe of a server saw an escape.":
    [
      "test/unit/cli/help.test.ts#tells the exit codes",
      "test/unit/cli/report-error.test.ts#is never that of success",
      "test/unit/documents/errors.test.ts#every row has words of its own",
    ],
  "With 4 a tool has answered an error of its own: a call that the runtime refused ends with 3, one whose arguments do not fit with 2, and one that failed or was stopped with 1.":
    ["test/unit/cli/call-exit.test.ts", "test/e2e/debt-report.test.ts"],
  "`GLOVEBOX_PASSPHRASE` holds the passphrase of an encrypted key, and `GLOVEBOX_DEBUG=1` shows where an unforeseen failure came from.":
    [
      "test/e2e/trust.test.ts#writes no key in the clear for an empty passphrase",
      "test/unit/supply/signatures/keys.test.ts#encrypts the private key",
      "test/e2e/promises.test.ts#shows where a failure came from",
    ],
};
