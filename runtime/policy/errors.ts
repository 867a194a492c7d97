import { EXIT, GloveboxError, type ErrorDetail, type ErrorTable } from "../errors.ts";

export const POLICY_ERRORS = {
  ERR_CONFIG_UNREADABLE: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "The configuration is too large, or is not YAML as it is read here.",
    remedy:
      "Correct the place named: mappings, lists, text and plain numbers are read; tags, anchors and aliases are not.",
  },
  ERR_CONFIG_INVALID: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary:
      "The configuration has an unknown key, or a value of the wrong type or out of its range.",
    remedy: "Correct the place named; glovebox.schema.json describes every key.",
  },
  ERR_CONFIG_GRANT: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "A grant after `--grant` cannot be read.",
    remedy: "Write the grant as the message shows.",
  },
  ERR_POLICY_IMPORT: {
    fault: "user",
    exit: EXIT.wrongUsage,
    summary: "A Wassette policy file is malformed, or says what no grant can keep.",
    remedy: "Correct the place named, or write the grants yourself with `--grant`.",
  },
  ERR_GATE_UNSIGNED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Production refuses a plugin that is marked `unsigned: true`.",
    remedy: "Have it signed by a trusted key, approve it, and remove `unsigned: true`.",
  },
  ERR_GATE_RING5: {
    fault: "system",
    exit: EXIT.refused,
    summary:
      "Production refuses to start where the operating system's seal (ring 5) is not in force.",
    remedy:
      "Run on Linux with bubblewrap, or with Landlock and seccomp (`glovebox doctor` says what is missing), or waive gate `ring5` with a reason and a date.",
  },
  ERR_GATE_WAIVER_EXPIRED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A waiver's date has passed, so it no longer opens its gate.",
    remedy: "Close the gap that it waived, or renew the waiver with a new reason and date.",
  },
  ERR_GATE_FLOW: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Production refuses a set of plugins that opens a path from private data to the outside on which nobody has decided.",
    remedy:
      "`glovebox flow` shows every path. Cut it (take a grant away, or keep the plugins apart in `profiles`), have a human decide (`flow.hold`), or accept it by its id with a reason and a date (`flow.accept`).",
  },
  ERR_RATE_TOOL_UNKNOWN: {
    fault: "user",
    exit: EXIT.refused,
    summary: "`server.rate.tools` names a tool that is not listed.",
    remedy: "Write the name as `glovebox list` shows it, or remove the entry.",
  },
  ERR_LICENCE_NOT_ALLOWED: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A plugin has a licence that the configuration does not allow.",
    remedy: "Add the licence to `licences.allow` when you may use it, or remove the plugin.",
  },
  ERR_NAME_LOOKS_ALIKE: {
    fault: "plugin",
    exit: EXIT.refused,
    summary: "A new plugin's name could be taken for that of another one.",
    remedy:
      "Check that it is the plugin you mean. If it is, run the command again with `--accept look-alike-name`.",
  },
  ERR_TOOL_NAME_COLLISION: {
    fault: "user",
    exit: EXIT.refused,
    summary: "Two tools would be listed under one name.",
    remedy:
      "Give one of the plugins another alias, or one of the tools another name, in the configuration.",
  },
  ERR_RESOURCE_COLLISION: {
    fault: "user",
    exit: EXIT.refused,
    summary:
      "Two plugins offer resources of one address, so that one could answer in the other's name.",
    remedy:
      "Leave one of them out (`resources` of the plugin in the configuration), or remove a plugin.",
  },
  ERR_TOOL_NAME_TOO_LONG: {
    fault: "user",
    exit: EXIT.refused,
    summary: "A tool's name in this workspace would be longer than every client accepts.",
    remedy:
      "Give the plugin a shorter alias (`--as`), or the tool a shorter name (`--tool NAME=SHORT`, `tools` in the configuration), or leave it out.",
  },
} as const satisfies ErrorTable;

export type PolicyErrorCode = keyof typeof POLICY_ERRORS;

/** What is wrong with the operator's words, or what a gate refuses. */
export class PolicyError extends GloveboxError<PolicyErrorCode> {
  constructor(code: PolicyErrorCode, message: string, detail?: ErrorDetail) {
    super(code, POLICY_ERRORS[code], message, detail);
  }
}
