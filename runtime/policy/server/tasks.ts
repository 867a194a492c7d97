import type { Cursor } from "../../plugin/cursor.ts";
import { readAmounts, type AmountRow } from "../read-limits.ts";

/** How one tool takes part in the extension `io.modelcontextprotocol/tasks`. */
export interface TaskTool {
  /** Whether clients without the extension are served while they wait (`optional`), or refused (`required`). */
  readonly support: "optional" | "required";
  /**
   * When the tool asks the client: as the task runs, or before there is a task. With `before`, a call runs while the
   * client waits until the client brings answers, and only then becomes a task.
   */
  readonly asks: "within" | "before";
}

export interface TaskLimits {
  /** Of one run, in the place of the plugin's own. */
  readonly deadlineMs: number;
  /** How long a task and its result are kept, counted from its creation. */
  readonly ttlMs: number;
  /** How often clients are told to ask. */
  readonly pollMs: number;
  /** Tasks that run at once in this process. */
  readonly running: number;
  /** Of those, tasks of one principal. */
  readonly runningPerPrincipal: number;
  /** Tasks of one principal that have not ended. */
  readonly openPerPrincipal: number;
  /** Tasks of one principal that are kept, ended ones with them. */
  readonly keptPerPrincipal: number;
  /** Tasks of everyone that wait to be run. */
  readonly waiting: number;
}

export interface TasksConfiguration {
  /** By the name under which a tool is listed. */
  readonly tools: Readonly<Record<string, TaskTool>>;
  readonly limits: TaskLimits;
}

export const DEFAULT_TASK_LIMITS: TaskLimits = {
  deadlineMs: 10 * 60_000,
  ttlMs: 60 * 60_000,
  pollMs: 1000,
  running: 8,
  runningPerPrincipal: 4,
  openPerPrincipal: 32,
  keptPerPrincipal: 256,
  waiting: 1000,
};

/** Every limit by its key, and the range in which it may be set. */
export const TASK_LIMIT_ROWS: Readonly<Record<string, AmountRow<keyof TaskLimits>>> = {
  deadline: { field: "deadlineMs", unit: "duration", min: 100, max: 24 * 60 * 60_000 },
  ttl: { field: "ttlMs", unit: "duration", min: 1000, max: 7 * 24 * 60 * 60_000 },
  poll: { field: "pollMs", unit: "duration", min: 50, max: 10 * 60_000 },
  running: { field: "running", unit: "count", min: 1, max: 256 },
  running_per_principal: { field: "runningPerPrincipal", unit: "count", min: 1, max: 256 },
  open_per_principal: { field: "openPerPrincipal", unit: "count", min: 1, max: 10_000 },
  kept_per_principal: { field: "keptPerPrincipal", unit: "count", min: 1, max: 100_000 },
  waiting: { field: "waiting", unit: "count", min: 1, max: 100_000 },
};

const TOOLS_MAX = 1000;
const TOOL_NAME = /^\w{1,128}$/;

/** Reads `server.tasks`. `tools` must be there: without any, no call becomes a task. */
export function readTasks(member: Cursor): TasksConfiguration {
  const fields = member.fields(["tools"], ["limits"]);
  const tools = fields.get("tools").entries();
  if (tools.length === 0 || tools.length > TOOLS_MAX)
    fields.get("tools").problem(`${tools.length} tools`, `Name 1 to ${TOOLS_MAX} tools.`);
  const limits = fields.get("limits");
  const amounts = readAmounts(limits, TASK_LIMIT_ROWS, DEFAULT_TASK_LIMITS);
  if (amounts.deadlineMs > amounts.ttlMs)
    limits.problem("a deadline after the end of the task", "Let `ttl` be at least `deadline`.");
  return {
    tools: Object.fromEntries(
      tools.slice(0, TOOLS_MAX).map(([name, tool]) => {
        if (!TOOL_NAME.test(name))
          tool.problem("not the name of a listed tool", "Write names as `glovebox list` does.");
        return [name, readTool(tool)];
      }),
    ),
    limits: amounts,
  };
}

function readTool(tool: Cursor): TaskTool {
  const fields = tool.fields([], ["support", "asks"]);
  return {
    support: readWord(fields.get("support"), "optional", "required"),
    asks: readWord(fields.get("asks"), "within", "before"),
  };
}

/** One of two words; the first where it is left out. */
function readWord<First extends string, Second extends string>(
  member: Cursor,
  first: First,
  second: Second,
): First | Second {
  const { value = first } = member;
  if (value !== first && value !== second)
    member.problem("not one of the words", `Write \`${first}\` or \`${second}\`.`);
  return value === second ? second : first;
}
