import { plural } from "../../plugin/schema/check.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { answerWithError, type ClientError, type ToolAnswer } from "../../answer.ts";
import { makeEvent, type AuditSink } from "../../audit/record.ts";
import type { Admission, CallSteps, ConsideredCall } from "../../call.ts";
import type { ProbeRun } from "../../debt/probe-result.ts";
import type { Posture } from "../../debt/report.ts";
import type { Configuration } from "../../policy/configuration.ts";
import { isInForce } from "../../policy/gates/waivers.ts";
import { DEFAULT_PROBES } from "../../policy/read-probes.ts";
import type { Log } from "../../powers/log.ts";
import { CliError } from "../errors.ts";
import { UNTRIED_ID } from "../probes/read-run.ts";

const STOPPING: ClientError = {
  error_code: "SERVER_STOPPING",
  message: "The server found that it does not hold what it promises, and answers no more calls.",
  suggestion: "Do without its tools; its operator has been told.",
};
const ADMITS_NOTHING: Admission = { refused: STOPPING, end: () => undefined };
const LETS_NOTHING_RUN = { kind: "refuse", error: STOPPING } as const;
/** Replicas that were started together do not attack themselves together. */
const JITTER = 0.2;
/** A timer of Node's that is set for longer rings at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Where a run's outcome is told. */
export interface ProbeAudience {
  readonly audit: AuditSink;
  /** Tells whoever is to be alerted. Resolves when they were, or cannot be. */
  alert(facts: Readonly<Record<string, string>>): Promise<void>;
}

/** The probes of one server, from its start to its end. */
export interface ProbeWatch {
  /** Undefined until the first run has ended. */
  readonly last: ProbeRun | undefined;
  /** Whether calls are answered at once: where an escape would stop the server, only when a run has held. */
  isReady(): boolean;
  /** The steps, which wait for the first run and let nothing in or out after an escape. */
  guard(steps: CallSteps): CallSteps;
  begin(audience: ProbeAudience): void;
  /** Resolves with `ERR_PROBE_ESCAPED` when the server has to end, and else never. */
  readonly stopped: Promise<CliError>;
  /** Ends a run that is under way, and waits until nothing of it is left. */
  close(): Promise<void>;
}

export interface ProbeWatchSetting {
  readonly configuration: Pick<Configuration, "probes" | "waivers">;
  readonly mode: Configuration["mode"];
  readonly log: Log;
  readonly attack: (signal: AbortSignal) => Promise<ProbeRun>;
}

// debt("GB-074"): between two runs nobody looks, and what cannot be tried in time looks like an escape.
/**
 * Runs the probes at the start and every so often. In production no call is answered before the first run has held, and
 * an escape stops the server, unless gate `probes` is waived; in development both are only told. What could not be tried
 * is an escape. Undefined where nobody wants them.
 */
export function makeProbeWatch({
  configuration,
  mode,
  log,
  attack,
}: ProbeWatchSetting): ProbeWatch | undefined {
  const { probes, waivers } = configuration;
  const isProduction = mode === "production";
  const { everyMs } = probes ?? DEFAULT_PROBES;
  if (!isProduction && !probes) return undefined;
  const stops = (): boolean =>
    isProduction &&
    !waivers.some((waiver) => waiver.gate === "probes" && isInForce(waiver, Date.now()));
  const ended = new AbortController();
  const { promise: stopped, resolve: stop } = Promise.withResolvers<CliError>();
  const { promise: first, resolve: firstEnded } = Promise.withResolvers<void>();
  let state: "waiting" | "open" | "escaped" = stops() ? "waiting" : "open";
  let last: ProbeRun | undefined;
  let running: Promise<void> | undefined;
  /** Of an escape that was waived: what to end with once it is not any more. */
  let waivedEscape: CliError | undefined;

  const stateNow = (): typeof state => {
    if (waivedEscape !== undefined && stops()) {
      state = "escaped";
      stop(waivedEscape);
    }
    return state;
  };

  const note = async (run: ProbeRun, audience: ProbeAudience): Promise<void> => {
    const escapes = run.results.filter(({ held }) => !held);
    last = run;
    if (state !== "escaped") state = escapes.length > 0 && stops() ? "escaped" : "open";
    const untried = escapes.find(({ id }) => id === UNTRIED_ID);
    const ids = escapes.map(({ id }) => id);
    const error = new CliError(
      "ERR_PROBE_ESCAPED",
      untried
        ? `The probes could not be run: ${untried.says.replace(/\.?$/, ".")}`
        : `An escape was seen by ${ids.join(", ")}.`,
    );
    waivedEscape = escapes.length > 0 ? error : undefined;
    firstEnded();
    for (const { id, claim, says } of escapes)
      log.warn(`probe ${id}: ${claim}: NO, ${says}`, { probe: id });
    const held = run.results.length - ids.length;
    if (ids.length === 0) log.info(`${plural(held, "probe")} held`, { held });
    record(audience.audit, held, ids);
    if (ids.length === 0) return;
    const isStopped = state === "escaped";
    const what = untried ? "the probes could not be run" : `seen by ${ids.join(", ")}`;
    await audience.alert({ rule: "probes", action: isStopped ? "stop" : "alert", what });
    if (isStopped) stop(error);
  };

  const attackAgain = async (audience: ProbeAudience): Promise<void> => {
    for (;;) {
      await note(await attack(ended.signal), audience);
      if (everyMs === undefined || state === "escaped") return;
      const waitMs = everyMs * (1 - JITTER / 2 + JITTER * Math.random());
      for (let leftMs = waitMs; leftMs > 0; leftMs -= TIMER_MS_MAX)
        await sleep(Math.min(leftMs, TIMER_MS_MAX), undefined, {
          signal: ended.signal,
          ref: false,
        });
    }
  };

  return {
    get last() {
      return last;
    },
    stopped,
    isReady: () => stateNow() === "open",
    guard: (steps) => {
      const decide = (call: ConsideredCall) =>
        stateNow() === "escaped" ? LETS_NOTHING_RUN : steps.consent(call);
      const letOut = (answer: ToolAnswer): ToolAnswer =>
        stateNow() === "escaped" ? answerWithError(STOPPING) : answer;
      return {
        ...steps,
        // Who waits has been admitted: no more of them than the limits let in.
        admit: (caller, callable) =>
          stateNow() === "escaped" ? ADMITS_NOTHING : steps.admit(caller, callable),
        consent: (call) => (state === "waiting" ? first.then(() => decide(call)) : decide(call)),
        release(call, answer) {
          const released = steps.release(call, answer);
          return released instanceof Promise ? released.then(letOut) : letOut(released);
        },
      };
    },
    begin(audience) {
      log.info(
        state === "waiting" ? "the probes run; calls wait until they have held" : "the probes run",
      );
      running = attackAgain(audience).catch((error: unknown) => {
        // Closed meanwhile, or a fault of this very watch: then nobody knows, which is an escape.
        if (ended.signal.aborted) return;
        const failed = new CliError(
          "ERR_PROBE_ESCAPED",
          `The probes could not be run: ${String(error)}.`,
          {
            cause: error,
          },
        );
        log.warn(failed.message);
        waivedEscape = failed;
        state = stops() ? "escaped" : "open";
        firstEnded();
        if (state === "escaped") stop(failed);
      });
    },
    async close() {
      ended.abort();
      await running;
    },
  };
}

/** The posture with the last run in it: the same object until another run has ended. */
export function makeLivePosture(posture: Posture, probes: ProbeWatch | undefined): () => Posture {
  let live = posture;
  return () => {
    const last = probes?.last;
    if (last !== undefined && live.probes !== last) live = { ...posture, probes: last };
    return live;
  };
}

function record(audit: AuditSink, held: number, escaped: readonly string[]): void {
  try {
    audit.write(
      makeEvent(escaped.length > 0 ? "probe-escaped" : "probes", {
        detail: { held, escaped: [...escaped] },
      }),
    );
  } catch {
    // The trail cannot be written: the next call is not answered.
  }
}
