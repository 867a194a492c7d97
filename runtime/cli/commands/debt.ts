import { SEVERITIES, STATUSES, type DebtItem } from "../../debt/items.ts";
import { makeDebtReport } from "../../debt/report.ts";
import { EXIT } from "../../errors.ts";
import { remedyForUnknown } from "../../plugin/suggest.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command, CommandCall } from "../command.ts";
import { CliError } from "../errors.ts";
import { probePosture } from "../posture.ts";

export const debt: Command = {
  name: "debt",
  summary: "what this runtime does not protect against, here and now",
  usage: "[--status STATUS] [--severity SEVERITY]",
  description: ["Prints the same report that agents get from the tool report_pattern_debt."],
  options: {
    status: { type: "string", value: "STATUS", summary: `only ${STATUSES.join(", ")} items` },
    severity: { type: "string", value: "SEVERITY", summary: `only ${SEVERITIES.join(", ")} items` },
  },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox debt", "glovebox debt --severity critical --json"],
  async run(call) {
    const { configFile, out, machine } = call;
    const filter = {
      ...readChoice(call, "status", STATUSES),
      ...readChoice(call, "severity", SEVERITIES),
    };
    const workspace =
      machine.files.kindOf(configFile) === "nothing"
        ? undefined
        : readWorkspace(configFile, machine.files);
    const report = makeDebtReport(await probePosture(workspace, machine), filter);
    const items = report["items"] as unknown as readonly DebtItem[];
    out.table(
      ["ID", "STATUS", "SEVERITY", "TITLE"],
      items.map((item) => [item.id, item.status, item.severity, item.title]),
    );
    out.line();
    out.line("`--json` has each item's present behaviour, evidence, and what would close it.");
    out.result(report);
    return EXIT.done;
  },
};

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
