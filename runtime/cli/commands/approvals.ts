import type { ListedApproval, PendingApproval } from "../../consent/desk.ts";
import { describeCall } from "../../consent/question.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { makeSharedDesk } from "../../server/consent/shared-desk.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { openAtRest } from "../at-rest/open-at-rest.ts";
import { openStore } from "../serving/open-store.ts";

const ID_CHARS_MIN = 8;
const SHOWN_ID_CHARS = 16;
const VALID_MS_DEFAULT = 60 * 60 * 1000;
const VALID_MS_MAX = 24 * VALID_MS_DEFAULT;
const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000 };

export const approvals: Command = {
  name: "approvals",
  summary: "decide on calls that wait because their clients could not ask a person",
  usage: "list | show ID | allow ID [--for 1h] | deny ID [--for 1h]",
  description: [
    "A call that a person has to see, from a client that cannot show it, is refused (APPROVAL_REQUIRED or FLOW_HELD) and waits here for a day.",
    "`show` shows all of it: who wants it, why it is held, every argument, and where the plugin can send to. Nothing is cut.",
    "`allow` lets that caller make that call with exactly those arguments once; the next one is asked about again. `deny` refuses it until it ends.",
    "What is decided counts for an hour, or for as long as `--for` says, and stands in the audit trail when it is used.",
    "Never let a model run this command: whoever can run it is the person who decides.",
  ],
  options: {
    for: {
      type: "string",
      value: "TIME",
      summary: "how long the decision counts: 10m, 8h, at most 24h",
    },
  },
  argumentsMin: 1,
  argumentsMax: 2,
  examples: [
    "glovebox approvals list",
    "glovebox approvals show 3f9a0c1d2e4b5a69",
    "glovebox approvals allow 3f9a0c1d2e4b5a69 --for 10m",
  ],
  async run(call) {
    const workspace = readWorkspace(call.configFile, call.machine.files);
    const { store } = openStore(workspace, call.machine);
    const atRest = await openAtRest(workspace, call.machine, store);
    try {
      const desk = makeSharedDesk(store, () => Date.now(), atRest?.vault);
      const pending = await desk.list();
      const [verb = "", id] = call.args;
      if (verb === "list" && id === undefined) return list(pending, call);
      if (!["show", "allow", "deny"].includes(verb) || id === undefined)
        throw new CliError(
          "ERR_USAGE",
          "`approvals` takes `list`, `show ID`, `allow ID` or `deny ID`.",
        );
      const one = find(pending, id);
      if (verb === "show") return show(one, call);
      const decidedMs = Date.now();
      const untilMs = decidedMs + readValidity(call.text("for"));
      const decision = verb === "allow" ? "allow" : "deny";
      await desk.decide({ id: one.id, decision, reasons: one.reasons, decidedMs, untilMs });
      const until = new Date(untilMs).toISOString();
      call.out.line(
        decision === "allow"
          ? `${one.tool} may run once with exactly these arguments for ${whoIs(one)}, until ${until}.`
          : `${one.tool} is denied with these arguments for ${whoIs(one)}, until ${until}.`,
      );
      call.out.result({ id: one.id, decision, until });
      return EXIT.done;
    } finally {
      await atRest?.keys.close();
      await store.close();
    }
  },
};

function list(pending: readonly ListedApproval[], { out }: CommandCall): ExitCode {
  if (pending.length === 0) out.line("No call waits for you.");
  else {
    out.table(
      ["ID", "SINCE", "STATE", "TOOL", "WHO", "WHY"],
      pending.map((one) => [
        one.id.slice(0, SHOWN_ID_CHARS),
        minuteOf(one.createdMs),
        stateOf(one),
        one.tool,
        whoIs(one),
        one.reasons.join(", "),
      ]),
    );
    out.line();
    out.line("Next: `glovebox approvals show ID`.");
  }
  out.result({ pending: pending.map(toJson) });
  return EXIT.done;
}

function show(one: ListedApproval, { out }: CommandCall): ExitCode {
  const lines = describeCall({
    tool: one.tool,
    plugin: one.plugin,
    version: "",
    signers: one.signers,
    ...(one.profile === undefined ? {} : { profile: one.profile }),
    why: one.why,
    arguments: one.arguments,
    sends: one.sends,
  });
  for (const line of lines) out.line(line);
  out.line();
  out.line(`For ${whoIs(one)} of tenant ${makeVisible(one.tenant)} (${one.principal}).`);
  out.line(`Next: \`glovebox approvals allow ${one.id.slice(0, SHOWN_ID_CHARS)}\`, or \`deny\`.`);
  out.result(toJson(one));
  return EXIT.done;
}

/** By the beginning of its id, where that is one call's alone. */
function find(pending: readonly ListedApproval[], id: string): ListedApproval {
  const found = pending.filter((one) => one.id.startsWith(id));
  const [one] = found;
  if (id.length >= ID_CHARS_MIN && one && found.length === 1) return one;
  throw new CliError("ERR_USAGE", "No call that waits has this id, or several do.", {
    remedy: "`glovebox approvals list` shows what waits. A call waits for a day.",
  });
}

/** The user, and the client or its key, by the names that the operator gave or knows; a hash where there are none. */
function whoIs({ principal, subject, client }: PendingApproval): string {
  const names = [subject, client].filter((name) => name !== undefined);
  return names.length === 0 ? principal : makeVisible(names.join(" by "));
}

function stateOf({ decided }: ListedApproval): string {
  if (!decided) return "waits";
  const said = decided.decision === "allow" ? "allowed" : "denied";
  return `${said} until ${minuteOf(decided.untilMs)}`;
}

function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16);
}

function readValidity(text: string | undefined): number {
  if (text === undefined) return VALID_MS_DEFAULT;
  const match = /^([1-9][0-9]{0,3})([mh])$/.exec(text);
  const ms = match ? Number(match[1]) * (UNITS[match[2] ?? ""] ?? 0) : 0;
  if (ms > 0 && ms <= VALID_MS_MAX) return ms;
  throw new CliError("ERR_USAGE", "`--for` takes a time such as 10m or 8h, at most 24h.");
}

function toJson(one: ListedApproval): object {
  const { createdMs, untilMs, reasons, decided, ...rest } = one;
  return {
    ...rest,
    ...(decided && {
      decided: { decision: decided.decision, until: new Date(decided.untilMs).toISOString() },
    }),
    reasons,
    since: new Date(createdMs).toISOString(),
    until: new Date(untilMs).toISOString(),
  };
}
