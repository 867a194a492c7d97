import { EXIT } from "../../errors.ts";
import { exposedNameOf } from "../../policy/expose.ts";
import { addPlugin } from "../approval.ts";
import { ACCEPT } from "../accept-findings.ts";
import type { Command } from "../command.ts";
import { exampleArguments } from "../example-arguments.ts";
import { parseGrantFlags } from "../grants.ts";

export const add: Command = {
  name: "add",
  summary: "look at a plugin, decide what it may do, approve and pin it",
  usage: "SOURCE [--as NAME] [--grant CAP=VALUE]… [--unsigned] [--accept ID]… [--yes]",
  description: [
    "SOURCE is a `.tgz`, a `.wasm` with a `plugin.json` beside it, or a plugin's folder.",
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
      summary: "what it may do, once per capability; see the examples",
    },
    unsigned: {
      type: "boolean",
      summary: "development only: accept it without a signature, and say so wherever it is shown",
    },
    accept: ACCEPT,
    yes: { type: "boolean", summary: "approve without asking; never waives a refusal" },
  },
  argumentsMin: 1,
  argumentsMax: 1,
  examples: [
    "glovebox add ./time-1.0.0.tgz --grant clock",
    "glovebox add ./files-1.0.0.tgz --grant filesystem=read-write",
    "glovebox add ./web-1.0.0.tgz --as docs --grant http=developer.mozilla.org:443",
    "glovebox add ./memory-1.0.0.tgz --grant kv=1MiB --yes",
    "glovebox add ./weather --grant env=UNITS=metric --unsigned",
  ],
  async run(call) {
    const { out } = call;
    const flags = call.texts("grant");
    const { alias, locked, examined, findings } = await addPlugin(
      {
        source: call.args[0] ?? "",
        alias: call.text("as"),
        grants: flags.length > 0 ? parseGrantFlags(flags) : undefined,
        unsigned: call.flag("unsigned"),
        yes: call.flag("yes"),
      },
      call,
    );
    const [first] = examined.opened.surface;
    const tools = examined.opened.surface.map((tool) => exposedNameOf(alias, tool.name));
    out.line();
    out.line(`Approved and pinned as ${out.style("bold", alias)}. Tools: ${tools.join(", ")}.`);
    out.line(
      `Next: \`glovebox call ${tools[0]} '${exampleArguments(first?.inputSchema ?? {})}'\`, or \`glovebox serve\` for an MCP client.`,
    );
    out.result({ alias, tools, locked, findings });
    return EXIT.done;
  },
};
