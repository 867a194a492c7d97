import { EXIT } from "../../errors.ts";
import { exposedNameOf } from "../../policy/expose.ts";
import { approveSource } from "../approval.ts";
import type { Command } from "../command.ts";
import { parseGrantFlags } from "../grants.ts";
import { makeMachine } from "../make-machine.ts";

export const add: Command = {
  name: "add",
  summary: "look at a plugin, decide what it may do, approve and pin it",
  usage: "SOURCE [--as NAME] [--grant CAP=VALUE]… [--unsigned] [--yes]",
  description: [
    "SOURCE is a `.tgz`, a `.wasm` with a `plugin.json` beside it, or a plugin's folder.",
    "Checks the signature against the trusted keys, asks the sealed component for its tools, shows what the model",
    "will read and what the plugin wants, and asks for approval. Nothing is granted that no `--grant` names.",
    "Writes glovebox.yaml and glovebox.lock.json. Adding again under the same name approves the new release.",
  ],
  options: {
    as: { type: "string", value: "NAME", summary: "the name in this workspace (default: the plugin's own)" },
    grant: { type: "string", multiple: true, value: "CAP=VALUE", summary: "what it may do, once per capability; see the examples" },
    unsigned: { type: "boolean", summary: "development only: accept it without a signature, and say so wherever it is shown" },
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
    const flags = call.texts("grant");
    const result = await approveSource(
      {
        source: call.args[0] ?? "",
        alias: call.text("as"),
        grants: flags.length > 0 ? parseGrantFlags(flags) : undefined,
        unsigned: call.flag("unsigned"),
        yes: call.flag("yes"),
      },
      call,
      makeMachine(),
    );
    const { alias, locked, examined } = result;
    const tools = examined.opened.surface.map((tool) => exposedNameOf(alias, tool.name));
    call.out.line();
    call.out.line(`Approved and pinned as ${call.out.style("bold", alias)}. Tools: ${tools.join(", ")}.`);
    call.out.line(`Next: \`glovebox call ${tools[0] ?? `${alias}__TOOL`} '{}'\`, or \`glovebox serve\` for an MCP client.`);
    call.out.result({ alias, tools, locked: { ...locked } as never });
    return EXIT.done;
  },
};
