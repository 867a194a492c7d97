import type { Threat } from "./threat.ts";

/** The sources, the definitions, the shapes and the people. */
export const MIDDLE_THREATS: readonly Threat[] = [
  {
    id: "T21",
    at: { stdio: "TD" },
    threat: "a message breaks, floods or stalls the broker",
    heldBy:
      "one bounded line each, a JSON-RPC error for what is none, no reading from who does not read",
    tests: ["test/e2e/mcp-stdio.test.ts", "test/unit/server/mcp/mcp-server.test.ts"],
  },
  {
    id: "T22",
    at: { stdio: "D", runner: "D" },
    threat: "a client that ends or is killed leaves runners behind",
    heldBy: "calls cancelled, runners bound to the broker's life by the kernel",
    tests: ["test/e2e/mcp-stdio.test.ts", "test/security/seal-lifetime.test.ts"],
    left: ["GB-024"],
  },
  {
    id: "T23",
    at: { workspace: "TE" },
    threat:
      "generated code, or the list of components that passed inspection, is exchanged on disk",
    heldBy: "read again by digest and MAC, made anew when they differ",
    tests: [
      "test/unit/supply/transpile-cache.test.ts",
      "test/unit/supply/passed-components.test.ts",
    ],
  },
  {
    id: "T24",
    at: { package: "T", workspace: "T" },
    threat: "two readers of one file see different things",
    heldBy:
      "one strict JSON and YAML reader: duplicate keys, `__proto__`, lone surrogates, anchors and tags refused",
    tests: ["test/security/json-attacks.test.ts", "test/unit/policy/yaml.test.ts"],
  },
  {
    id: "T25",
    at: { runner: "TDE" },
    threat: "arguments of a host function break the broker",
    heldBy: "parsed by type and length before any power is used",
    tests: ["test/security/host-api-arguments.test.ts"],
  },
  {
    id: "T26",
    at: { source: "STIDE" },
    threat:
      "a server, a name or a redirect leads a fetch inside, to http, without end, or to other bytes",
    heldBy:
      "https only, each address checked by how far inside it is, caps on bytes, time, redirects and tries, digests from the bytes",
    tests: ["test/security/source-network-attacks.test.ts"],
    left: ["GB-031"],
  },
  {
    id: "T27",
    at: { source: "TD" },
    threat:
      "a registry serves other bytes, a bomb, two readings of one artifact, or a tag that moves",
    heldBy:
      "every manifest and layer by its digest and exact size, ambiguity refused, the manifest pinned beside the package",
    tests: ["test/security/registry-attacks.test.ts", "test/e2e/publish.test.ts"],
    left: ["GB-032"],
  },
  {
    id: "T28",
    at: { source: "SI" },
    threat: "a registry or its token service gets credentials that are not for it",
    heldBy:
      "looked up by exact registry when asked, sent to its token service by https, to nobody it redirects to, for one repository",
    tests: ["test/security/registry-credentials.test.ts"],
  },
  {
    id: "T29",
    at: { component: "STD", model: "S" },
    threat:
      "what is derived from a component (names, schemas, documentation, its manifest) deceives, or values of its types break the broker",
    heldBy:
      "one derivation from the bytes, compared with the package again at every start; names that collide refused; values converted in the broker by exact types, and nothing in the runner trusted",
    tests: [
      "test/security/wit-components.test.ts",
      "test/unit/plugin/wit/values.test.ts",
      "test/unit/plugin/wit/generated-code.test.ts",
      "test/unit/calling.test.ts",
    ],
    left: ["GB-036"],
  },
  {
    id: "T30",
    at: { component: "STDE" },
    threat:
      "an Extism plugin forges addresses, floods its kernel, or changes its tools while it runs",
    heldBy:
      "imports compared with a closed list of functions and types, blocks counted before they are made, every instance restored or new, changes refused and audited",
    tests: [
      "test/security/servlet-attacks.test.ts",
      "test/unit/plugin/extism/inspect-servlet.test.ts",
      "test/unit/sandbox/extism/servlets.test.ts",
      "test/e2e/servlets.test.ts",
    ],
    left: ["GB-037", "GB-038"],
  },
  {
    id: "T31",
    at: { package: "SR" },
    threat: "a stolen or dismissed signer goes on vouching, or one of two signs alone",
    heldBy:
      "revocation by key, identity and digest over every pin, days, cosigners by other keys, who is named as one never alone",
    tests: ["test/e2e/trust.test.ts", "test/unit/supply/signatures/decide-vouched.test.ts"],
    left: ["GB-034"],
  },
  {
    id: "T32",
    at: { package: "S" },
    threat:
      "an identity's bundle with another's certificate, a shifted, foreign or missing log entry, or an attestation of another build",
    heldBy:
      "certificate, certificate log, log entry and its time verified offline; provenance must agree with the certificate",
    tests: ["test/security/signature-attacks-identity.test.ts", "test/e2e/trust.test.ts"],
    left: ["GB-033"],
  },
  {
    id: "T33",
    at: { model: "STE" },
    threat:
      "a definition speaks to the model, shadows another tool, hides a parameter, or changes after approval",
    heldBy:
      "scanned before approval, grave findings accepted by name for one release, old against new word by word, any other definition refused at the start",
    tests: [
      "test/e2e/findings.test.ts",
      "test/unit/firewall/scan/names.test.ts",
      "test/unit/firewall/scan/parameters.test.ts",
      "test/unit/firewall/surface-diff.test.ts",
    ],
    left: ["GB-002", "GB-003"],
  },
  {
    id: "T34",
    at: { terminal: "STD" },
    threat:
      "a definition attacks whoever looks at it: with marks of ours, floods of findings, or work without end",
    heldBy:
      "author's text behind marks that it cannot draw, findings counted by rule, every rule linear and bounded",
    tests: [
      "test/security/definition-attacks.test.ts",
      "test/unit/cli/show/show-tools.test.ts",
      "test/unit/cli/show/show-changes.test.ts",
    ],
  },
  {
    id: "T35",
    at: { workspace: "T", source: "TR" },
    threat:
      "an approved plugin changes at its source, or a lockfile, a store or a configuration is exchanged for a part of another",
    heldBy:
      "everything compared from the bytes by each command, refused with every reason, old against new shown before a new approval, nothing written",
    tests: [
      "test/supply/matrix.test.ts",
      "test/supply/signers.test.ts",
      "test/supply/network.test.ts",
      "test/supply/workspace.test.ts",
      "test/supply/rug-pull.test.ts",
    ],
  },
  {
    id: "T36",
    at: { workspace: "TD" },
    threat:
      "a command is killed while it writes, or a record of an interrupted change comes with a copied workspace",
    heldBy: "one record, flushed, is the change; it counts only beside the lock's very file",
    tests: ["test/e2e/kill.test.ts", "test/advisories/change-record-of-a-copy.test.ts"],
  },
  {
    id: "T37",
    at: { package: "S" },
    threat: "a new plugin is taken for another one by its name",
    heldBy:
      "look-alikes of installed and of our own plugins, and the same name by other signers, stop an approval",
    tests: ["test/unit/policy/look-alike.test.ts", "test/e2e/policy.test.ts"],
  },
  {
    id: "T38",
    at: { person: "STRE" },
    threat:
      "a call runs that a person did not let run: a forged, used, late or borrowed answer, an answer for other arguments, hidden arguments, a client that accepts everything",
    heldBy:
      "random tokens that one call takes, bound to profile, principal, tool, component and arguments; a box that must be ticked; every argument shown or the call refused",
    tests: ["test/unit/consent/make-consent.test.ts", "test/security/approval-attacks.test.ts"],
  },
  {
    id: "T39",
    at: { model: "IE" },
    threat:
      "strangers' text makes the model send private data out, or is laundered first: through a store, an error, progress, a plugin's own questions, calls at once, another session, a restart",
    heldBy:
      "paths from the grants; conversations tainted from the start of a call, stores by what the broker sees written; sending calls held or refused",
    tests: [
      "test/e2e/flow.test.ts",
      "test/security/flow-laundering.test.ts",
      "test/unit/policy/flow/paths.test.ts",
    ],
    left: ["GB-057", "GB-058", "GB-059", "GB-060"],
  },
  {
    id: "T40",
    at: { grant: "TI", runner: "I" },
    threat: "plugins of one profile reach data, runners or the context of another",
    heldBy: "a set of its own from the endpoint down: runners, folders, stores, taint",
    tests: ["test/e2e/profiles.test.ts"],
  },
];
