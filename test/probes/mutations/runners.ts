import { change, mutationsOf } from "./change.ts";

const CHANNEL = "runtime/sandbox/channel.ts";
const RUNNING = "runtime/sandbox/running-call.ts";
const PROCESS = "runtime/sandbox/seal/sealed-process.ts";

/** Ring 3, from below: what the broker takes from a runner that is not one any more. */
export const RUNNER_MUTATIONS = mutationsOf(3, [
  [
    "a runner answers for other calls",
    change(CHANNEL, "if (message.id !== state.call.id)", "if (false)"),
    "runner.other-call",
  ],
  [
    "a runner asks in any sequence",
    change(RUNNING, "if (message.seq !== this.#hostCalls + 1)", "if (false)"),
    "runner.sequence",
  ],
  [
    "an operation that nobody serves is no breach",
    change(
      RUNNING,
      "? refuseWithoutGrant : undefined);",
      "? refuseWithoutGrant : refuseWithoutGrant);",
    ),
    "runner.unknown-operation",
  ],
  [
    "what was not granted is answered",
    change(
      RUNNING,
      'throw new HostError("not-permitted", "the capability is not granted");',
      'return { value: "granted" } as never;',
    ),
    ["capability.not-granted", "runner.not-granted"],
  ],
  [
    "a message holds what it wants",
    change("runtime/sandbox/messages.ts", "assertKeys(message, known);", ""),
    "runner.message",
  ],
  [
    "a result is read by its beginning alone",
    change("runtime/sandbox/messages.ts", "(0|[1-9]\\d{0,14})\\}$/;", "(\\d+)/;"),
    "runner.not-granted",
  ],
  [
    "a frame is of any size",
    change(
      "runtime/sandbox/frames.ts",
      "if (headerBytes <= headerBytesMax && bodyBytes <= bodyBytesMax) return;",
      "return;",
    ),
    "runner.large-frame",
  ],
  [
    "a runner speaks when it likes",
    [
      change(CHANNEL, '} else throw breach("spoke out of turn");', "}"),
      change(
        CHANNEL,
        "  idle: NOTHING,",
        "  idle: { headerBytesMax: HEADER_BYTES_MAX, bodyBytesMax: 0 },",
      ),
    ],
    "runner.out-of-turn",
    { behind: "of what comes out of turn not even a length is taken" },
  ],
  [
    "a runner says on the side what it likes",
    change(RUNNING, "this.#notes > NOTE_LIMITS.countMax", "false"),
    "runner.flood",
  ],
  [
    "nobody watches a runner's memory",
    change(PROCESS, "(bytes ?? 0) > options.residentBytesMax", "false"),
    "runner.memory",
  ],
  [
    "a runner is ended at leisure",
    change(
      PROCESS,
      'kill: () => end("killed"),',
      'kill: () => void setTimeout(() => end("killed"), 4000),',
    ),
    "runner.outlive",
  ],
]);
