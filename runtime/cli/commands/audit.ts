import { formatHead } from "../../audit/chain/lines.ts";
import { TRAIL_PROBLEMS } from "../../audit/chain/problems.ts";
import type { TrailReport } from "../../audit/chain/verify-trail.ts";
import { VISITED_PLACES_MAX, Visits } from "../../audit/destinations.ts";
import { AuditError } from "../../audit/errors.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { makeEvent } from "../../audit/record.ts";
import { remedyForUnknown } from "../../plugin/suggest.ts";
import { readWorkspace } from "../../workspace.ts";
import { openTrail } from "../audit/open-trail.ts";
import { changeSuspended, readSuspended } from "../audit/suspended-plugins.ts";
import { readOwnKey, readTrail } from "../audit/read-trail.ts";
import { plural } from "../../plugin/schema/check.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";

const TENANTS_SHOWN_MAX = 100;

export const audit: Command = {
  name: "audit",
  summary: "check that nobody changed the audit trail, and print what to keep elsewhere",
  usage:
    "verify [FILE…] [--from HEAD]… [--public-key KEY]… | destinations [FILE…] [--tenant TENANT] | head | key | suspended | resume PLUGIN",
  description: [
    "`verify` finds every line that was removed, changed, moved, repeated or put in, and a cut of the end up to the last checkpoint.",
    "It takes the workspace's own files and key, or the FILEs that are named: all of a trail's, copies of checkpoints too.",
    "`head` prints how far each chain has come. Kept elsewhere and named by `--from`, it shows a later cut of anything before it,",
    "and stands in for older files that are kept elsewhere. `key` prints the public key that checkpoints are signed with.",
    "`destinations` lists where calls were let connect to, by tenant: host, port, and the region that the operator gave the host then.",
    "`suspended` lists the plugins that a rule of `anomalies` has suspended, and `resume` lets a plugin be called again, in running servers too.",
    "Exit 3 when the trail is not what was written.",
  ],
  options: {
    from: {
      type: "string",
      multiple: true,
      value: "HEAD",
      summary:
        "heads that were kept elsewhere: CHAIN:NUMBER:HASH, with blanks or line breaks between them",
    },
    "public-key": {
      type: "string",
      multiple: true,
      value: "KEY",
      summary:
        "a key that was kept elsewhere, or the file that it stands in: then no other counts, the workspace's own neither",
    },
    tenant: {
      type: "string",
      value: "TENANT",
      summary: "of this tenant only (`local` is whoever holds the pipes)",
    },
  },
  argumentsMin: 1,
  argumentsMax: 1000,
  examples: [
    "glovebox audit verify",
    "glovebox audit verify --json",
    "glovebox audit head > /mnt/elsewhere/head",
    "glovebox audit verify audit.jsonl audit.checkpoints.jsonl --public-key audit.pub",
    "glovebox audit key > audit.pub",
    "glovebox audit destinations --tenant acme --json",
    "glovebox audit resume web",
  ],
  async run(call) {
    const [verb = ""] = call.args;
    if (verb === "verify") return verify(call);
    if (verb === "destinations") return destinations(call);
    if (verb === "head" && call.args.length === 1) return head(call);
    if (verb === "key" && call.args.length === 1) return key(call);
    if (verb === "suspended" && call.args.length === 1) return suspended(call);
    if (verb === "resume" && call.args.length === 2) return resume(call.args[1] ?? "", call);
    throw new CliError(
      "ERR_USAGE",
      `\`glovebox audit ${call.args.join(" ")}\` is not understood.`,
      {
        remedy:
          "Use: glovebox audit verify [FILE…], destinations [FILE…], head, key, suspended, or resume PLUGIN",
      },
    );
  },
};

function verify(call: CommandCall): ExitCode {
  const { out } = call;
  const report = readTrail(call);
  for (const { chain, files, firstSeq, head: end, lines, checkpoints } of report.chains)
    out.line(
      `chain ${chain}: ${plural(lines, "line")}, ${firstSeq} to ${end.seq}, ${plural(checkpoints, "checkpoint")}, in ${files.join(", ")}`,
    );
  for (const { code, file, line, message } of report.notes)
    out.line(`${out.style("yellow", "note")}  ${code}  ${place(file, line)}: ${message}`);
  for (const { code, file, line, message } of report.problems)
    out.line(
      `${out.style("red", code)}  ${place(file, line)}: ${message} (${TRAIL_PROBLEMS[code]})`,
    );
  out.line(
    report.ok
      ? `${out.style("green", "ok")}  Nothing was changed that is signed.`
      : `The audit trail is not what was written: ${plural(report.problems.length, "problem")}.`,
  );
  out.result(report);
  return report.ok ? EXIT.done : EXIT.refused;
}

function place(file: string, line: number): string {
  return makeVisible(line === 0 ? file : `${file}:${line}`);
}

function head(call: CommandCall): ExitCode {
  const report = verified(readTrail(call));
  const heads = report.chains.map((chain) => formatHead(chain.head));
  for (const text of heads) call.out.line(text);
  call.out.result({ heads });
  return EXIT.done;
}

function destinations(call: CommandCall): ExitCode {
  const { out } = call;
  const wanted = call.text("tenant");
  let visits = new Visits();
  verified(
    readTrail(call, () => {
      visits = new Visits();
      return (body) => visits.add(body);
    }),
  );
  assertKnown(wanted, visits.tenants);
  const places = visits.list().filter(({ tenant }) => wanted === undefined || tenant === wanted);
  const whose = wanted === undefined ? "" : ` of ${makeVisible(wanted)}`;
  if (places.length === 0) out.line(`No call${whose} in the trail connected anywhere.`);
  else
    out.table(
      ["TENANT", "REGION", "HOST", "PORT", "PLUGIN", "CALLS", "FIRST", "LAST"],
      places.map(({ tenant, region, host, port, alias, calls, first, last }) =>
        [tenant, region ?? "none", host, String(port), alias, String(calls), first, last].map(
          (cell) => makeVisible(cell),
        ),
      ),
    );
  if (visits.unlisted > 0)
    out.line(`${visits.unlisted} more visits to places beyond ${VISITED_PLACES_MAX}.`);
  out.result({ destinations: places, unlisted: visits.unlisted });
  return EXIT.done;
}

/** Nothing is listed of a tenant that made no call, nor of one that was mistyped, and an auditor must not take the one for the other. */
function assertKnown(tenant: string | undefined, known: readonly string[] | undefined): void {
  if (tenant === undefined || !known || known.includes(tenant)) return;
  throw new CliError(
    "ERR_USAGE",
    `No call in the trail is of a tenant \`${makeVisible(tenant)}\`.`,
    {
      remedy:
        known.length === 0
          ? "There is no call in it yet."
          : remedyForUnknown(
              tenant,
              known.slice(0, TENANTS_SHOWN_MAX).map((name) => makeVisible(name)),
            ),
    },
  );
}

/** A head of a trail that is wrong already would vouch for what is wrong. */
function verified(report: TrailReport): TrailReport {
  const [problem] = report.problems;
  if (!problem) return report;
  throw new AuditError(
    "ERR_AUDIT_TAMPERED",
    `The trail is not what was written: ${problem.message} (${place(problem.file, problem.line)}).`,
    { remedy: "Run `glovebox audit verify` to see every problem." },
  );
}

function key(call: CommandCall): ExitCode {
  const [text] = readOwnKey(call);
  if (text === undefined)
    throw new AuditError(
      "ERR_AUDIT_UNREADABLE",
      "There is no key yet: it is made when the first record is written.",
    );
  call.out.line(text);
  call.out.result({ public_key: text });
  return EXIT.done;
}

function suspended({ configFile, machine, out }: CommandCall): ExitCode {
  const { paths } = readWorkspace(configFile, machine.files);
  const found = Object.entries(readSuspended(paths, machine.files));
  if (found.length === 0) out.line("No plugin is suspended.");
  else
    out.table(
      ["PLUGIN", "SINCE", "RULE", "WHAT"],
      found.map(([alias, { since, rule, what }]) => [alias, since, rule, what]),
    );
  out.result({ suspended: Object.fromEntries(found) });
  return EXIT.done;
}

async function resume(alias: string, { configFile, machine, out }: CommandCall): Promise<ExitCode> {
  const workspace = readWorkspace(configFile, machine.files);
  const { paths } = workspace;
  const before = readSuspended(paths, machine.files);
  if (!Object.hasOwn(before, alias))
    throw new CliError("ERR_USAGE", `No plugin \`${makeVisible(alias)}\` is suspended.`, {
      remedy: remedyForUnknown(alias, Object.keys(before), "None is."),
    });
  // First the record: nobody is resumed in silence.
  const trail = openTrail(workspace, machine.files);
  try {
    trail.write(makeEvent("plugin-resumed", { alias, detail: { ...before[alias] } }));
    await changeSuspended(paths, machine.files, alias, undefined);
  } finally {
    trail.close();
  }
  out.line(`${alias} may be called again. A running server hears of it within a second.`);
  out.result({ resumed: alias });
  return EXIT.done;
}
