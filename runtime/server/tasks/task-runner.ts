import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { AtRestError } from "../../at-rest/errors.ts";
import { answerWithError, type ToolAnswer } from "../../answer.ts";
import type { CallTool } from "../../call.ts";
import { makeVisible } from "../../firewall/visible.ts";
import type { TaskLimits } from "../../policy/server/tasks.ts";
import { StoreError } from "../store/errors.ts";
import type { KeptTask, TaskBook } from "./task-book.ts";
import { decideEnding, ended, LOST, NOT_HERE, STOPPED } from "./task-ending.ts";
import { isEnded, type TaskRecord } from "./task-record.ts";

export interface TaskRunnerSetting {
  readonly book: TaskBook;
  readonly callTool: CallTool;
  readonly limits: TaskLimits;
  /** A place among what runs for a caller at the same time; undefined where there is none now. */
  readonly takePlace?: (record: TaskRecord) => Promise<(() => void) | undefined>;
  /** Whether this replica has the very tool that was called. */
  readonly canRun: (record: TaskRecord) => boolean;
  /** What went wrong with the store, for the operator. */
  readonly onTrouble: (error: unknown) => void;
  readonly nowMs: () => number;
  readonly times?: RunnerTimes;
}

export interface RunnerTimes {
  /** How often a replica looks after its tasks and for others to run. */
  readonly tickMs: number;
  /** A replica that says nothing for so long is gone. */
  readonly leaseMs: number;
  /** How long a result that cannot be stored is tried again. */
  readonly storeMsMax: number;
}

const TIMES: RunnerTimes = { tickMs: 1000, leaseMs: 10_000, storeMsMax: 60_000 };
/** Names of tasks that one look at the list may bring. Behind those of one caller stand those of the others. */
const LOOK_AT_MAX = 1000;
const RUNNING_MAX = 10_000;
const RETRY_MS = 250;
/** A replica that has the tool begins a task far sooner than this, even while others are replaced. */
const NOBODY_HAS_IT_MS = 60_000;
const MESSAGE_CHARS_MAX = 200;
const MESSAGE_MS_MIN = 1000;

interface Run {
  task: KeptTask;
  readonly asker: string;
  readonly leavePlace: () => void;
  readonly controller: AbortController;
  readonly done: Promise<void>;
  saidMs: number;
  said: Promise<void>;
}

/**
 * Runs tasks, each at most once. Whoever begins a task says so in the store first, by compare and set, so of all
 * replicas one does; a task whose replica is gone is reported as lost and never begun again. What a replica still
 * learns after that is dropped: its compare and set fails.
 */
export class TaskRunner {
  readonly owner = randomBytes(16).toString("base64url");
  readonly #setting: TaskRunnerSetting;
  readonly #times: RunnerTimes;
  readonly #runs = new Map<string, Run>();
  /** Whose the tasks are that were looked at and left waiting. */
  readonly #askers = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #claiming: Promise<void> | undefined;
  #claimAgain = false;
  #isClosed = false;
  /** Since when this replica's own signs of life have reached the store without a gap; the others' have too, then. */
  #beatingSinceMs: number | undefined;
  #beatMs = -Infinity;

  constructor(setting: TaskRunnerSetting) {
    this.#setting = setting;
    this.#times = setting.times ?? TIMES;
  }

  async start(): Promise<void> {
    await this.#beat();
    this.#schedule();
    this.wake();
  }

  /** Something may be to be run. */
  wake(): void {
    if (this.#isClosed) return;
    this.#claimAgain = true;
    this.#claiming ??= this.#claim()
      .catch((error: unknown) => this.#setting.onTrouble(error))
      .finally(() => (this.#claiming = undefined));
  }

  /** A task was changed by somebody: if it runs here and should not, it stops. */
  async check(handle: string): Promise<void> {
    const run = this.#runs.get(handle);
    if (run === undefined) return;
    const task = await this.#find(handle);
    if (!this.#isOurs(task)) run.controller.abort();
  }

  /** What cannot be read is no task, and must not stand in the way of those that can be. Rejects where the store is away. */
  async #find(handle: string): Promise<KeptTask | undefined> {
    try {
      return await this.#setting.book.find(handle);
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "ERR_STORE_VALUE") throw error;
      this.#setting.onTrouble(error);
      return undefined;
    }
  }

  /** Whether the replica that runs a task is gone for sure. */
  async isLost({ record: { state } }: KeptTask): Promise<boolean> {
    if (state.kind !== "running" || state.owner === this.owner) return false;
    return this.#canTellWhoIsGone() && !(await this.#setting.book.isAlive(state.owner));
  }

  /** Says of a task that it is lost. The task as it is then. */
  async reportLost(task: KeptTask): Promise<KeptTask | undefined> {
    const { book } = this.#setting;
    const lost = await book.change(task, ended({ kind: "failed", error: LOST }));
    if (lost === undefined) return book.find(task.handle);
    const { state } = task.record;
    if (state.kind === "running") await book.forgetRunning(state.owner, task.handle);
    await book.close(lost);
    await book.tell(task.handle);
    return lost;
  }

  /** Begins nothing more, waits for what runs, and after `drainMs` stops it: those tasks have failed then. */
  async close(drainMs: number): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#claiming;
    const all = Promise.all([...this.#runs.values()].map((run) => run.done));
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, drainMs);
    await Promise.race([all, late.promise]);
    clearTimeout(timer);
    for (const run of this.#runs.values()) run.controller.abort(STOPPED);
    await all;
  }

  #schedule(): void {
    const { tickMs } = this.#times;
    const waitMs = tickMs * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => void this.#tick().finally(() => this.#schedule()), waitMs);
    this.#timer.unref();
    if (this.#isClosed) clearTimeout(this.#timer);
  }

  async #tick(): Promise<void> {
    try {
      if (performance.now() - this.#beatMs >= this.#times.leaseMs / 4) await this.#beat();
      for (const handle of this.#runs.keys()) await this.check(handle);
      await this.#reportLost();
      this.wake();
    } catch (error) {
      this.#setting.onTrouble(error);
    }
  }

  async #beat(): Promise<void> {
    const startMs = performance.now();
    try {
      await this.#setting.book.beat(this.owner, this.#times.leaseMs);
    } catch (error) {
      this.#beatingSinceMs = undefined;
      throw error;
    }
    if (startMs - this.#beatMs >= this.#times.leaseMs) this.#beatingSinceMs = undefined;
    this.#beatingSinceMs ??= startMs;
    this.#beatMs = startMs;
  }

  /** After the store was away, everybody's signs of life are gone: they get time to give new ones. */
  #canTellWhoIsGone(): boolean {
    const sinceMs = this.#beatingSinceMs;
    return sinceMs !== undefined && performance.now() - sinceMs >= this.#times.leaseMs;
  }

  async #reportLost(): Promise<void> {
    if (!this.#canTellWhoIsGone()) return;
    const { book } = this.#setting;
    const gone = new Map<string, boolean>();
    for (const { owner, handle } of await book.running(RUNNING_MAX)) {
      if (owner === this.owner) {
        const isStale = !this.#runs.has(handle) && this.#claiming === undefined;
        if (isStale) await book.forgetRunning(owner, handle);
        continue;
      }
      if (!gone.has(owner)) gone.set(owner, !(await book.isAlive(owner)));
      if (!gone.get(owner)) continue;
      const task = await this.#find(handle);
      const state = task?.record.state;
      if (task && state?.kind === "running" && state.owner === owner) await this.reportLost(task);
      else await book.forgetRunning(owner, handle);
    }
  }

  async #claim(): Promise<void> {
    const { book, limits } = this.#setting;
    while (this.#claimAgain && !this.#isClosed) {
      this.#claimAgain = false;
      if (this.#runs.size >= limits.running) return;
      const handles = await book.waiting(LOOK_AT_MAX);
      for (const known of this.#askers.keys())
        if (!handles.includes(known)) this.#askers.delete(known);
      const held = new Set<string>();
      for (const handle of handles) {
        if (this.#isClosed || this.#runs.size >= limits.running) return;
        // One tenant whose key nobody can have now keeps no other's tasks from being run.
        await this.#claimOne(handle, held).catch((error: unknown) => {
          if (!(error instanceof AtRestError)) throw error;
          this.#setting.onTrouble(error);
        });
      }
    }
  }

  /** `held` are callers who have no place left for now: their tasks wait, and those of others do not wait for them. */
  async #claimOne(handle: string, held: Set<string>): Promise<void> {
    const { book, limits, takePlace } = this.#setting;
    const known = this.#askers.get(handle);
    if (known !== undefined && held.has(known)) return;
    const task = await this.#find(handle);
    if (task?.record.state.kind !== "waiting") return book.leaveWaiting(handle);
    if (!this.#setting.canRun(task.record)) return this.#leaveToOthers(task);
    const asker = askerOf(task.record);
    this.#askers.set(handle, asker);
    const own = [...this.#runs.values()].filter((run) => run.asker === asker).length;
    const leavePlace =
      own < limits.runningPerPrincipal
        ? await (takePlace ? takePlace(task.record) : () => undefined)
        : undefined;
    if (leavePlace === undefined) return void held.add(asker);
    let isBegun = false;
    try {
      await book.noteRunning(this.owner, handle);
      const claimed = await book.change(task, { state: { kind: "running", owner: this.owner } });
      if (claimed === undefined) return await book.forgetRunning(this.owner, handle);
      isBegun = true;
      this.#begin(claimed, { asker, leavePlace });
      await book.leaveWaiting(handle);
    } finally {
      if (!isBegun) leavePlace();
    }
  }

  /** A task of a tool that no replica has any more would stand at the head of the list until it ends by itself. */
  async #leaveToOthers(task: KeptTask): Promise<void> {
    const { book, nowMs } = this.#setting;
    if (nowMs() - task.record.updatedMs < NOBODY_HAS_IT_MS) return;
    const failed = await book.change(task, ended({ kind: "failed", error: NOT_HERE }));
    if (failed === undefined) return;
    await book.leaveWaiting(task.handle);
    await book.close(failed);
    await book.tell(task.handle);
  }

  #begin(task: KeptTask, place: Pick<Run, "asker" | "leavePlace">): void {
    const controller = new AbortController();
    const done = Promise.withResolvers<void>();
    const said = Promise.resolve();
    const run: Run = { ...place, task, controller, done: done.promise, saidMs: -Infinity, said };
    this.#runs.set(task.handle, run);
    void this.#perform(run)
      .catch((error: unknown) => this.#setting.onTrouble(error))
      .finally(() => {
        this.#runs.delete(task.handle);
        place.leavePlace();
        done.resolve();
        this.wake();
      });
  }

  async #perform(run: Run): Promise<void> {
    const { book, callTool, limits } = this.#setting;
    const { handle, record } = run.task;
    const { signal } = run.controller;
    const answer = await callTool({
      name: record.tool,
      arguments: record.arguments,
      caller: record.caller,
      task: { kind: "run", deadlineMs: limits.deadlineMs },
      signal,
      ...(record.given ? { given: record.given } : {}),
      onProgress: (progress, total, message) => this.#say(run, progress, total, message),
    });
    await run.said;
    const isStopped = signal.aborted && signal.reason === STOPPED;
    const after = await this.#store(run, isStopped ? answerWithError(STOPPED) : answer);
    await book.forgetRunning(this.owner, handle);
    if (after === undefined) return;
    const { state, putBack } = after.record;
    if (isEnded(after.record)) await book.close(after);
    if (state.kind === "waiting") {
      await sleep(Math.min(RETRY_MS * putBack, this.#times.leaseMs / 2));
      await book.requeue(after);
    }
    await book.tell(handle);
  }

  /**
   * Tries for a while: the work is done, and only its result is missing. Answers the task as it is then: a change whose
   * answer was lost may have been made all the same, and somebody else may have cancelled it.
   */
  async #store(run: Run, answer: ToolAnswer): Promise<KeptTask | undefined> {
    const { book } = this.#setting;
    const endMs = performance.now() + this.#times.storeMsMax;
    for (let task: KeptTask | undefined = run.task; ;) {
      try {
        if (!this.#isOurs(task)) return task;
        const isStopped =
          answer.error === undefined ? false : answer.error.error_code === "TASK_LOST";
        const change = isStopped
          ? ended({ kind: "failed", error: STOPPED })
          : decideEnding(task.record, answer);
        const changed = await book.change(task, change);
        if (changed) return changed;
        task = await this.#find(task.handle);
      } catch (error) {
        if (performance.now() >= endMs || this.#isClosed) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  #isOurs(task: KeptTask | undefined): task is KeptTask {
    const state = task?.record.state;
    return state?.kind === "running" && state.owner === this.owner;
  }

  /** Progress becomes the status message: at most one a second, and a lost one is no harm. */
  #say(run: Run, progress: number, total: number | undefined, message: string | undefined): void {
    const nowMs = performance.now();
    if (nowMs - run.saidMs < MESSAGE_MS_MIN || run.controller.signal.aborted) return;
    run.saidMs = nowMs;
    const amount = total === undefined ? String(progress) : `${progress} of ${total}`;
    const words = message === undefined ? amount : `${makeVisible(message)} (${amount})`;
    const { book } = this.#setting;
    const said = run.said;
    run.said = (async () => {
      await said;
      const task = await book.change(run.task, { message: words.slice(0, MESSAGE_CHARS_MAX) });
      if (task === undefined) return;
      run.task = task;
      await book.tell(task.handle);
    })().catch((error: unknown) => this.#setting.onTrouble(error));
  }
}

function askerOf({ caller: { principal } }: TaskRecord): string {
  return JSON.stringify([principal.tenant, principal.id]);
}
