import type { Message } from "../helpers/served-workspace.ts";
import { between } from "../helpers/random.ts";

/** One call of the mix. */
export interface Operation {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The client takes the call back after this long. Only calls that cannot have ended by then do. */
  readonly cancelAfterMs?: number;
  /** Codes that are an answer to it when nobody kills anything; "ok" with the right content is one of them. */
  readonly codes: readonly string[];
  readonly isRight?: (text: string) => boolean;
}

/**
 * What any call may be told while runners are killed, queues are full and the machine is busy.
 * `MEMORY_LIMIT` is debt GB-023: a runner that dies slowly looks like one that hides its memory.
 */
export const CODES_UNDER_FIRE = [
  "INTERNAL",
  "PLUGIN_FAILED",
  "OVERLOADED",
  "TIMEOUT",
  "MEMORY_LIMIT",
];

type Make = (random: () => number) => Operation;

/** Every kind of call with its weight. The limits that they run into are those of `SETTINGS`. */
const KINDS: readonly (readonly [weight: number, make: Make])[] = [
  [15, echo("fixture", 20)],
  [2, echo("fixture", 100_000)],
  [15, echo("calm", 20)],
  [2, echo("calm", 100_000)],
  [2, fixed("calm__wait", { steps: 2, stepMs: 5 }, ["ok"])],
  [12, fixed("time__convert", convertArguments(), ["ok"], (text) => text.includes("17:00"))],
  [6, fixed("greedy__count", {}, ["ok"], (text) => text === "1")],
  [4, fixed("fixture__divide", { number: 8, by: 2 }, ["ok"], (text) => text.includes("4"))],
  [3, fixed("fixture__divide", { number: 8, by: 0 }, ["INVALID_INPUT"])],
  [3, fixed("fixture__wait", { steps: 3, stepMs: 10 }, ["ok"])],
  [3, fixed("fixture__echo", { text: 5 }, ["INVALID_ARGUMENTS"])],
  [2, fixed("fixture__nothing", {}, ["-32602"])],
  [4, fixed("greedy__answer", { bytes: 400_000 }, ["ok"], (text) => text.length === 400_000)],
  [2, fixed("greedy__answer", { bytes: 2_000_000 }, ["OUTPUT_LIMIT"])],
  [4, fixed("greedy__ask", { times: 40 }, ["ok"])],
  [1, fixed("greedy__ask", { times: 1000 }, ["HOST_CALL_LIMIT"])],
  [2, fixed("greedy__log", { lines: 20, bytes: 100 }, ["ok"])],
  [2, fixed("greedy__log", { lines: 400, bytes: 100 }, ["ok"])],
  [2, fixed("greedy__allocate", { bytes: 4 << 20 }, ["ok"])],
  [1, fixed("greedy__allocate", { bytes: 200 << 20 }, ["MEMORY_LIMIT"])],
  [2, fixed("greedy__trap", {}, ["PLUGIN_FAILED"])],
  [1, fixed("greedy__spin", {}, ["TIMEOUT"])],
  [3, store("greedy__store", "key", 4000, ["ok"])],
  [1, store("greedy__store", "key", 300_000, ["KV_QUOTA"])],
  [3, store("greedy__write", "path", 4000, ["ok"])],
  [1, store("greedy__write", "path", 300_000, ["FILES_QUOTA"])],
  [2, cancelled("fixture__spin")],
  [1, cancelled("greedy__spin")],
];
const WEIGHT = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** What the calls above are meant to run into, as lines of `glovebox.yaml`. */
export const SETTINGS =
  "limits: { deadline: 800ms, host_calls: 500, log: 8KiB, memory: 24MiB, output: 1MiB }\n";

export function pickOperation(random: () => number): Operation {
  let at = random() * WEIGHT;
  for (const [weight, make] of KINDS) {
    at -= weight;
    if (at < 0) return make(random);
  }
  return KINDS[0]![1](random);
}

/** `ok`, the code of the one error schema, or the number of a protocol error. */
export function codeOf({ result, error }: Message): string {
  if (error) return String(error.code);
  if (result?.isError !== true) return "ok";
  const code = result.structuredContent?.["error_code"];
  return typeof code === "string" ? code : "an error without a code";
}

function fixed(
  tool: string,
  args: Operation["args"],
  codes: readonly string[],
  isRight?: Operation["isRight"],
): Make {
  return () => ({ tool, args, codes, ...(isRight ? { isRight } : {}) });
}

/** Each text is another one: an answer that belongs to another call is seen. */
function echo(plugin: string, length: number): Make {
  return (random) => {
    const text = `${random()} ${"x".repeat(length)}`;
    return {
      tool: `${plugin}__echo`,
      args: { text },
      codes: ["ok"],
      isRight: (answered) => answered === text,
    };
  };
}

function store(tool: string, name: string, bytes: number, codes: readonly string[]): Make {
  return (random) => ({
    tool,
    args: { [name]: `k${between(random, 0, 7)}`, bytes },
    codes: [...codes],
  });
}

function cancelled(tool: string): Make {
  return (random) => ({
    tool,
    args: {},
    cancelAfterMs: between(random, 0, 400),
    codes: ["TIMEOUT"],
  });
}

function convertArguments(): Operation["args"] {
  return { time: "2027-01-15T09:00", from: "Europe/Paris", to: "Asia/Tokyo" };
}
