import type { DebtItem } from "./items.ts";

/** What Extism plugins do not get. */
export const EXTISM_ITEMS: readonly DebtItem[] = [
  {
    id: "GB-037",
    title: "Extism plugins get no files, no client and no memory between calls",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 2,
    area: "sandbox",
    current_behavior:
      "Of WASI preview 1 an Extism plugin has clock, random bytes, standard output and exit; files and sockets answer `notcapable`. Sampling, elicitation, roots, tokens and the keyring of hyper-mcp end the call with an error that names them. Prompts, resources and completions are not asked for, blocks of the type `resource` are refused, and a manifest of several modules is not read. Variables live for one call. `__wasm_call_ctors` is not called, and the number that an export returns says nothing: as in Extism's JavaScript host.",
    ideal: "What has an equal among our capabilities is served by it: files first.",
    resolved_by:
      "Preview 1's files over the filesystem capability, and asking the user as a capability.",
    references: [],
    evidence: [
      { kind: "test", what: "test/unit/sandbox/extism/servlets.test.ts" },
      { kind: "test", what: "test/security/servlet-attacks.test.ts" },
    ],
  },
  {
    id: "GB-038",
    title: "Random bytes that an Extism plugin takes before any call are zeros",
    status: "open",
    severity: "low",
    since: "0.1.0",
    ring: 2,
    area: "capabilities",
    current_behavior:
      "Preview 1 has one source of random bytes, and runtimes of Go and TinyGo do not start without it. While an instance is made, and while the tools are asked for, it answers zeros: hash tables are seeded predictably, and a plugin that makes a key in its initialiser makes the same one each time. In a call it answers by the `random` grant, and fails without.",
    ideal: "An instance of a plugin with the grant is seeded anew for each call.",
    resolved_by:
      "New instances, made within the call, for plugins that ask for random bytes at their start.",
    references: [],
    evidence: [{ kind: "test", what: "test/unit/sandbox/extism/servlets.test.ts" }],
  },
];
