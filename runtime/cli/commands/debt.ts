import { plural } from "../../plugin/schema/check.ts";
import { BUILT_IN_ITEMS } from "../../debt/built-in-items.ts";
import {
  AREAS,
  AREA_NAMES,
  SEVERITIES,
  STATUSES,
  type Area,
  type DebtItem,
} from "../../debt/items.ts";
import { isLiveId, isWholeLiveId } from "../../debt/live-ids.ts";
import { makeDebtReport } from "../../debt/report.ts";
import { EXIT } from "../../errors.ts";
import { makeVisible } from "../../firewall/visible.ts";
import { remedyForUnknown, suggestWord } from "../../plugin/suggest.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import type { Output } from "../output.ts";
import { probePosture } from "../posture.ts";
import { showItem } from "../show/show-item.ts";

/** One that is always there. */
const EXAMPLE = BUILT_IN_ITEMS[0]?.id ?? "ID";

export const debt: Command = {
  name: "debt",
  summary: "what this runtime does not protect against, here and now",
  usage: "[ID] [--status STATUS] [--severity SEVERITY] [--area AREA]",
  description: [
    "Prints the operator's report: all that agents get from the tool report_pattern_debt, and the names, hosts and reasons that they do not get.",
    "With an ID it shows that one gap whole. What is resolved is listed with --status resolved, and in --json.",
    `Areas: ${AREA_NAMES.map((area) => `${area} (${AREAS[area]})`).join("; ")}.`,
  ],
  options: {
    status: {
      type: "string",
      value: "STATUS",
      values: STATUSES,
      summary: `only ${STATUSES.join(", ")} items`,
    },
    severity: {
      type: "string",
      value: "SEVERITY",
      values: SEVERITIES,
      summary: `only ${SEVERITIES.join(", ")} items`,
    },
    area: { type: "string", value: "AREA", values: AREA_NAMES, summary: "only items of one area" },
  },
  argumentsMin: 0,
  argumentsMax: 1,
  examples: [
    "glovebox debt",
    `glovebox debt ${EXAMPLE}`,
    "glovebox debt --area flow",
    "glovebox debt --severity critical --json",
  ],
  async run(call) {
    const { configFile, out, machine } = call;
    const filter = {
      ...readChoice(call, "status", STATUSES),
      ...readChoice(call, "severity", SEVERITIES),
      ...readChoice(call, "area", AREA_NAMES),
    };
    const workspace =
      machine.files.kindOf(configFile) === "nothing"
        ? undefined
        : readWorkspace(configFile, machine.files);
    const [id] = call.args;
    const posture = await probePosture(workspace, machine);
    const report = makeDebtReport(posture, id === undefined ? filter : {}, "operator");
    const items = report["items"] as unknown as readonly DebtItem[];
    if (id === undefined) {
      showItems(items, filter, out);
      out.result(report);
    } else {
      const item = findItem(items, id);
      if (item) {
        showItem(item, out);
        out.result(item);
      } else {
        out.line(
          `${makeVisible(id)} is not open here: on this machine and with this configuration nothing calls for it.`,
        );
        out.result({ id, open: false });
      }
    }
    return EXIT.done;
  },
};

/** By area, the worst first. People read what is open; what is resolved is counted. */
function showItems(
  items: readonly DebtItem[],
  filter: Readonly<Record<string, string>>,
  out: Output,
): void {
  const shown = items.filter(
    ({ status }) => filter["status"] !== undefined || status !== "resolved",
  );
  const rank = ({ severity }: DebtItem): number => -SEVERITIES.indexOf(severity);
  for (const area of AREA_NAMES) {
    const own = shown.filter((item) => item.area === area);
    if (own.length === 0) continue;
    out.line(out.style("bold", headingOf(area)));
    out.table(
      ["ID", "SEVERITY", "STATUS", "TITLE"],
      own
        .toSorted((left, right) => rank(left) - rank(right))
        .map((item) => [item.id, item.severity, item.status, item.title]),
    );
    out.line();
  }
  const resolved = items.length - shown.length;
  out.line(
    `${plural(shown.length, "gap")}${resolved === 0 ? "" : `, and ${resolved} that are resolved`}. \`glovebox debt ID\` shows one whole; --json has everything.`,
  );
}

function headingOf(area: Area): string {
  return `${area}: ${AREAS[area]}`;
}

/** Undefined for an item that machine or configuration could bring, and do not. Throws `ERR_USAGE` for what is none. */
function findItem(items: readonly DebtItem[], id: string): DebtItem | undefined {
  const found = items.find((item) => item.id.toLowerCase() === id.toLowerCase());
  if (found) return found;
  const meant = suggestWord(id, idsOf(items));
  // Somebody who mistyped a name must not read that it is not open.
  if (isLiveId(id) && (meant === undefined || isWholeLiveId(id))) return undefined;
  throw new CliError("ERR_USAGE", `There is no gap \`${id}\` here.`, {
    remedy: meant === undefined ? "`glovebox debt` lists them." : `Did you mean "${meant}"?`,
  });
}

function idsOf(items: readonly DebtItem[]): readonly string[] {
  return items.map((item) => item.id);
}

/** A filter word that means nothing would show an empty list, which reads like good news. */
function readChoice(
  call: CommandCall,
  name: string,
  known: readonly string[],
): Record<string, string> {
  const value = call.text(name);
  if (value === undefined) return {};
  if (known.includes(value)) return { [name]: value };
  throw new CliError("ERR_USAGE", `\`--${name}\` cannot be \`${value}\`.`, {
    remedy: remedyForUnknown(value, known),
  });
}
