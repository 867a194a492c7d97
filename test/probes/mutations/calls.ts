import { change, mutationsOf } from "./change.ts";

const CALL = "runtime/call.ts";
const RUNNING = "runtime/sandbox/running-call.ts";

/** Ring 3: what one call may take and leave behind, and who may make it. */
export const CALL_MUTATIONS = mutationsOf(3, [
  [
    "a call has no deadline",
    change("runtime/sandbox/channel.ts", ".set(deadlineMs, ", ".set(1_000_000, "),
    ["call.deadline", "runner.outlive"],
  ],
  [
    "memories get no maximum",
    change(
      "runtime/supply/prepare-code.ts",
      "limitModules(transpiled.modules, limits)",
      "transpiled.modules",
    ),
    "call.memory",
  ],
  [
    "an answer may be of any size",
    change(RUNNING, "if (resultBytes > outputBytes) {", "if (false) {"),
    "call.output",
  ],
  [
    "host calls are not counted",
    change(RUNNING, "if (this.#hostCalls > this.#terms.limits.hostCalls) {", "if (false) {"),
    "call.host-calls",
  ],
  [
    "an instance is not restored after a call",
    change(
      "runtime/sandbox/runner/instances.ts",
      "held?.images.every((image) => image.restore()) === true",
      "held !== undefined",
    ),
    "call.untouched-state",
    { programs: ["runner"] },
  ],
  [
    "all lines of a log are kept",
    change(RUNNING, "if (this.#logBytes + bytes > this.#terms.limits.logBytes)", "if (false)"),
    "call.log",
  ],
  [
    "arguments are not validated",
    change(
      CALL,
      "const issues = callable.validateArguments(request.arguments);",
      "const issues: { path: string; message: string }[] = [];",
    ),
    "call.arguments",
  ],
  [
    "results are not validated",
    change(
      "runtime/read-answer.ts",
      "if (callable.validateResult(structuredContent).length > 0)",
      "if (false)",
    ),
    "call.result",
  ],
  [
    "a tool that nobody knows is another",
    change(
      CALL,
      'setting.tools.get(callableKey(request.kind ?? "tool", request.name));',
      'setting.tools.get(callableKey(request.kind ?? "tool", request.name)) ?? [...setting.tools.values()][0];',
    ),
    "call.unknown-tool",
  ],
  [
    "scopes are not asked for",
    change(CALL, "if (missing.length > 0) {", "if (false) {"),
    "call.scope",
  ],
  [
    "nobody has to see a call first",
    change("runtime/consent/make-consent.ts", ': approval.approval === "always";', ": false;"),
    "call.approval",
  ],
  [
    "nobody's calls are counted",
    change("runtime/cli/serving/make-limits.ts", "if (!rate) return", "return"),
    "call.rate",
  ],
  [
    "what strangers wrote taints nothing",
    change("runtime/consent/make-consent.ts", "if (!isHeld()) return reasons;", "return reasons;"),
    "flow.hold",
  ],
]);

/** What leaves with an answer, and what is written down. */
export const ANSWER_MUTATIONS = mutationsOf(null, [
  [
    "answers go around the filter",
    change(
      "runtime/filter-answer.ts",
      "steps.release(call, filter(answer, call.callable))",
      "steps.release(call, answer)",
    ),
    ["filter.secret", "filter.hidden", "filter.terminal", "filter.error"],
  ],
  ...(
    [
      ["secrets", "filter.secret"],
      ["invisible", "filter.hidden"],
      ["terminal", "filter.terminal"],
      ["internals", "filter.error"],
    ] as const
  ).map(
    ([kind, red]) =>
      [
        `the filter does not look for: ${kind}`,
        change("runtime/firewall/filter/policy.ts", `${kind}: "redact",`, ""),
        red,
      ] as const,
  ),
  ["calls are not recorded", change(CALL, "setting.audit.write(record);", ""), "audit.every-call"],
  [
    "calls are recorded after they were answered",
    change(
      CALL,
      "setting.audit.write(record);",
      "setTimeout(() => setting.audit.write(record), 20).unref();",
    ),
    "audit.every-call",
  ],
  [
    "a plugin's words end a line of the trail",
    [
      change(
        CALL,
        "makeVisible(message.slice(0, HEARD_CHARS_MAX.log))",
        "message.slice(0, HEARD_CHARS_MAX.log)",
      ),
      change(
        "runtime/audit/chain/lines.ts",
        "const json = toAscii(JSON.stringify(body));",
        'const json = JSON.stringify(body).replaceAll("\\\\n", "\\n").replaceAll(\'\\\\"\', \'"\');',
      ),
    ],
    ["audit.forged-line", "audit.changed-line"],
    { behind: "a record is written as JSON, whose words end no line" },
  ],
  [
    "a trail's lines are not held against each other",
    change(
      "runtime/audit/chain/read-segment.ts",
      "else if (skipped === 0 && prev !== before.hash)",
      "else if (false)",
    ),
    "audit.changed-line",
  ],
  [
    "a trail's lines are not counted",
    change(
      "runtime/audit/chain/read-segment.ts",
      "else if (skipped > (this.#isLost ? 1 : 0))",
      "else if (false)",
    ),
    "audit.missing-line",
  ],
]);
