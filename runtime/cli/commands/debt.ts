import { EXIT } from "../../errors.ts";
import type { DebtItem } from "../../debt/items.ts";
import { makeDebtReport } from "../../debt/report.ts";
import { readWorkspace } from "../../workspace.ts";
import type { Command } from "../command.ts";
import { makeMachine } from "../make-machine.ts";
import { describePosture } from "../start-runtime.ts";

export const debt: Command = {
  name: "debt",
  summary: "what this runtime does not protect against, here and now",
  usage: "[--status STATUS] [--severity SEVERITY]",
  description: ["Prints the same report that agents get from the tool report_pattern_debt."],
  options: {
    status: { type: "string", value: "STATUS", summary: "only open, monitoring or resolved items" },
    severity: { type: "string", value: "SEVERITY", summary: "only low, medium, high or critical items" },
  },
  argumentsMin: 0,
  argumentsMax: 0,
  examples: ["glovebox debt", "glovebox debt --severity critical --json"],
  async run(call) {
    const { out } = call;
    const machine = makeMachine();
    const exists = machine.files.kindOf(call.configFile) !== "nothing";
    const workspace = exists ? readWorkspace(call.configFile, machine.files) : undefined;
    const [status, severity] = [call.text("status"), call.text("severity")];
    const report = makeDebtReport(await describePosture(workspace, machine), {
      ...(status === undefined ? {} : { status }),
      ...(severity === undefined ? {} : { severity }),
    });
    const items = report["items"] as unknown as DebtItem[];
    out.table(["ID", "STATUS", "SEVERITY", "TITLE"], items.map((item) => [item.id, item.status, item.severity, item.title]));
    out.line();
    out.line("`--json` has each item's present behaviour, evidence, and what would close it.");
    out.result(report);
    return EXIT.done;
  },
};
