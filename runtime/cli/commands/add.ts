import type { KeyObject } from "node:crypto";
import type { JsonValue } from "@glovebox/host-api/json";
import { CAPABILITY_NAMES } from "@glovebox/host-api/capability";
import { EXIT } from "../../errors.ts";
import type { Naming } from "../../plugin/wit/derive-manifest.ts";
import type { ExposedTool } from "../../policy/expose.ts";
import { addPlugin } from "../approval/approve.ts";
import { nextStep, openedToJson } from "../approval/opened-paths.ts";
import type { Command, CommandCall } from "../command.ts";
import { CONSENT_OPTIONS, readConsent } from "../approval/consent.ts";
import { CliError } from "../errors.ts";
import { exampleArguments } from "../example-arguments.ts";
import { parseGrantFlags } from "../grants.ts";
import { readPrivateKey } from "../private-key.ts";
import { readPolicyFile } from "../policy-file.ts";

export const add: Command = {
  name: "add",
  summary: "look at a plugin, decide what it may do, approve and pin it",
  usage:
    "SOURCE [--as NAME] [--grant CAP=VALUE]… [--policy FILE] [--tool NAME[=AS]]… [--endorse KEY | --unsigned] [--yes] [--digest SHA256] [--accept FINDING]…",
  description: [
    "SOURCE is a `.tgz`, a `.wasm`, a plugin's folder, `https://…/FILE#sha256=HEX`, or `oci://REGISTRY/NAME:TAG`.",
    "What is far away is fetched whole, with limits, and what it resolved to is pinned. Any component is a plugin: without a `plugin.json` beside it,",
    "its exported functions are its tools, as in Wassette, and its manifest is derived from what it exports and imports.",
    "Checks the signature against the trusted keys, asks the sealed component for its tools, shows what the model",
    "will read, what the scanner says of it and what the plugin wants, and asks for approval. Nothing is granted that no `--grant` names.",
    "Writes glovebox.yaml and glovebox.lock.json. Adding again under the same name approves the new release;",
    "without `--grant` it keeps the grants that it has.",
  ],
  options: {
    as: {
      type: "string",
      value: "NAME",
      summary: "the name in this workspace (default: the plugin's own)",
    },
    grant: {
      type: "string",
      multiple: true,
      value: "CAP=VALUE",
      values: CAPABILITY_NAMES,
      summary: "what it may do, once per capability; see the examples",
    },
    policy: {
      type: "string",
      value: "FILE",
      summary: "grants of a Wassette policy file; what it says and a grant cannot is told",
    },
    tool: {
      type: "string",
      multiple: true,
      value: "NAME[=AS]",
      summary: "expose only these of its tools, under another name where one is given",
    },
    prompt: {
      type: "string",
      multiple: true,
      value: "NAME[=AS]",
      summary: "expose only these of its prompts, likewise",
    },
    "plain-names": {
      type: "boolean",
      summary: "list its tools and prompts by their own names, without the plugin's before them",
    },
    name: {
      type: "string",
      value: "NAME",
      summary: "what a component without a manifest is called",
    },
    version: { type: "string", value: "VERSION", summary: "its version (default: of its package)" },
    license: { type: "string", value: "SPDX", summary: "its licence, where you know it" },
    endorse: {
      type: "string",
      value: "KEY",
      summary: "sign it with your own key: for what somebody else made and nobody you trust signed",
    },
    unsigned: {
      type: "boolean",
      summary: "development only: accept it without a signature, and say so wherever it is shown",
    },
    ...CONSENT_OPTIONS,
  },
  argumentsMin: 1,
  argumentsMax: 1,
  examples: [
    "glovebox add ./time-1.0.0.tgz --grant clock",
    "glovebox add ./files-1.0.0.tgz --grant filesystem=read-write",
    "glovebox add ./web-1.0.0.tgz --as docs --grant http=developer.mozilla.org:443",
    "glovebox add ./memory-1.0.0.tgz --grant kv=1MiB --yes",
    "glovebox add ./weather --grant env=UNITS=metric --unsigned",
    "glovebox add oci://ghcr.io/acme/time:1.0.0 --grant clock",
    "glovebox add ./their-tool.wasm --name their-tool --endorse operator.key",
    "glovebox add ./fetch.wasm --policy policy.yaml --license MIT --unsigned",
  ],
  async run(call) {
    const { out } = call;
    const flags = call.texts("grant");
    const policy = call.text("policy");
    const granted = parseGrantFlags(flags);
    const allowed = policy === undefined ? undefined : readPolicyFile(policy, granted, call);
    const { alias, locked, exposed, findings, opened, configuration } = await addPlugin(
      {
        source: call.args[0] ?? "",
        alias: call.text("as"),
        grants: allowed?.grants ?? (flags.length > 0 ? granted : undefined),
        limits: allowed?.limits,
        tools: call.texts("tool").map((words) => readNamed("tool", words)),
        prompts: call.texts("prompt").map((words) => readNamed("prompt", words)),
        plainNames: call.flag("plain-names"),
        naming: namingOf(call),
        unsigned: call.flag("unsigned"),
        endorser: endorserOf(call),
        ...readConsent(call),
      },
      call,
    );
    const first = mildest(exposed);
    const tools = exposed.map((tool) => tool.exposedName);
    out.line();
    out.line(`Approved and pinned as ${out.style("bold", alias)}. Tools: ${tools.join(", ")}.`);
    const trial =
      first &&
      `\`glovebox call ${first.exposedName} '${exampleArguments(first.tool.inputSchema)}'\`, or `;
    const usual = `${trial ?? ""}\`glovebox serve\` for an MCP client.`;
    out.line(`Next: ${nextStep(configuration, usual)}`);
    out.result({ alias, tools, locked, findings, paths: openedToJson(opened) });
    return EXIT.done;
  },
};

/** The tool for a first try: one that only reads, else one that destroys nothing, as far as its author says. */
function mildest(exposed: readonly ExposedTool[]): ExposedTool | undefined {
  const harmOf = ({ tool: { annotations } }: ExposedTool): number => {
    if (annotations?.destructiveHint === true) return 3;
    if (annotations?.readOnlyHint === true) return 0;
    return annotations?.destructiveHint === false ? 1 : 2;
  };
  return exposed.toSorted((left, right) => harmOf(left) - harmOf(right))[0];
}

/** `NAME`, or `NAME=AS`, as the configuration says it. */
function readNamed(what: "tool" | "prompt", words: string): JsonValue {
  const [name = "", as] = words.split("=", 2);
  return as === undefined ? name : { [what]: name, as };
}

function endorserOf(call: CommandCall): KeyObject | undefined {
  const words = call.text("endorse");
  if (words !== undefined && call.flag("unsigned"))
    throw new CliError("ERR_USAGE", "`--endorse` signs it, and `--unsigned` wants no signature.");
  return words === undefined ? undefined : readPrivateKey(words, call);
}

function namingOf(call: CommandCall): Naming {
  const words = (["name", "version", "license"] as const).map((key) => [key, call.text(key)]);
  return Object.fromEntries(words.filter(([, word]) => word !== undefined)) as Naming;
}
