import type { TaskLimits } from "../../policy/server/tasks.ts";
import type { Principal } from "../../policy/principal.ts";
import { storeKey, type SharedStore } from "../store/shared-store.ts";
import { PLAIN_VAULT, type TenantVault } from "../store/tenant-vault.ts";
import { parseRecord, writeRecord, type TaskRecord } from "./task-record.ts";

/** A task as it was read, and where: `handle` names it among replicas, who need no task id for it. */
export interface KeptTask {
  readonly handle: string;
  readonly version: string;
  readonly record: TaskRecord;
}

export type NotKept = "too many open" | "too many kept" | "too many waiting";

const KIND = "task";
const HANDLE = /^[A-Za-z0-9_-]{43}$/;
/** A waiting list that nobody changed for so long is of tasks that have long ended. */
const LIST_MS = 8 * 24 * 60 * 60_000;

/** The tasks in the store, and the lists by which replicas find them. Every change is a compare and set. */
export class TaskBook {
  readonly #store: SharedStore;
  readonly #place: string;
  readonly #limits: TaskLimits;
  readonly #nowMs: () => number;
  readonly #vault: TenantVault;
  readonly #waiting: string;
  readonly #running: string;
  readonly #changes: string;

  /** `place` keeps the tasks of one endpoint from those of another. */
  constructor(
    store: SharedStore,
    place: string,
    limits: TaskLimits,
    nowMs: () => number,
    vault: TenantVault = PLAIN_VAULT,
  ) {
    this.#store = store;
    this.#vault = vault;
    this.#place = place;
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#waiting = storeKey("tasks", place, "waiting");
    this.#running = storeKey("tasks", place, "running");
    this.#changes = storeKey("tasks", place, "changes");
  }

  /**
   * Where a principal's task is. Another principal with the same id asks elsewhere, and finds what is found for an id
   * that nobody ever had: nothing.
   */
  handleOf({ tenant, id }: Principal, taskId: string): string {
    return storeKey(KIND, this.#place, tenant, id, taskId).slice(KIND.length + 1);
  }

  /** Keeps a new task, to be begun by any replica. It is there for all of them when this resolves. */
  async add(record: TaskRecord): Promise<KeptTask | NotKept> {
    const { principal } = record.caller;
    const handle = this.handleOf(principal, record.taskId);
    const now = this.#nowMs();
    const { ttlMs, openPerPrincipal, keptPerPrincipal, waiting } = this.#limits;
    const own = { score: now + ttlMs, ttlMs, dropBelow: now };
    const [open, kept] = [this.#listOf("open", principal), this.#listOf("kept", principal)];
    if (!(await this.#store.enlist(kept, handle, { ...own, countMax: keptPerPrincipal })))
      return "too many kept";
    if (!(await this.#store.enlist(open, handle, { ...own, countMax: openPerPrincipal }))) {
      await this.#store.delist(kept, handle);
      return "too many open";
    }
    const text = await this.#vault.seal(principal.tenant, keyOf(handle), writeRecord(record));
    await this.#vault.note(principal.tenant, keyOf(handle), ttlMs);
    const version = await this.#store.put(keyOf(handle), text, { ttlMs, when: null });
    if (version === undefined) throw new Error("an id that is random came twice");
    const task = { handle, version, record };
    if (await this.#enqueue(task, waiting)) return task;
    await this.#store.delete(keyOf(handle));
    await this.close(task);
    await this.#store.delist(kept, handle);
    return "too many waiting";
  }

  async find(handle: string): Promise<KeptTask | undefined> {
    const stored = await this.#store.get(keyOf(handle));
    if (!stored) return undefined;
    const text = await this.#vault.open(keyOf(handle), stored.value);
    if (text === undefined) return undefined;
    return { handle, version: stored.version, record: parseRecord(text) };
  }

  /** Undefined when somebody else changed it first, or it has ended: then nothing of this is true. */
  async change(
    { handle, version, record }: KeptTask,
    change: Partial<TaskRecord>,
  ): Promise<KeptTask | undefined> {
    const updatedMs = Math.max(record.createdMs, this.#nowMs());
    const changed: TaskRecord = { ...record, ...change, updatedMs };
    const { tenant } = record.caller.principal;
    const text = await this.#vault.sealAgain(tenant, keyOf(handle), writeRecord(changed));
    // Of a tenant that was erased meanwhile nothing is there that could be changed.
    if (text === undefined) return undefined;
    const next = await this.#store.put(keyOf(handle), text, { ttlMs: "keep", when: version });
    return next === undefined ? undefined : { handle, version: next, record: changed };
  }

  /** Puts a task back on the list of those to be run. There is always room for what was there before. */
  async requeue(task: KeptTask): Promise<void> {
    await this.#enqueue(task, Number.MAX_SAFE_INTEGER);
  }

  async waiting(countMax: number): Promise<readonly string[]> {
    const handles = await this.#store.listed(this.#waiting, { countMax });
    return handles.filter((handle) => HANDLE.test(handle));
  }

  async leaveWaiting(handle: string): Promise<void> {
    await this.#store.delist(this.#waiting, handle);
  }

  /** Says who is about to begin a task, so that somebody notices when that replica is gone. */
  async noteRunning(owner: string, handle: string): Promise<void> {
    const countMax = Number.MAX_SAFE_INTEGER;
    const score = this.#nowMs();
    await this.#store.enlist(this.#running, `${owner}.${handle}`, {
      score,
      ttlMs: LIST_MS,
      countMax,
    });
  }

  async forgetRunning(owner: string, handle: string): Promise<void> {
    await this.#store.delist(this.#running, `${owner}.${handle}`);
  }

  /** The tasks that were begun longest ago, with their owners. */
  async running(
    countMax: number,
  ): Promise<readonly { readonly owner: string; readonly handle: string }[]> {
    const members = await this.#store.listed(this.#running, { countMax });
    return members.flatMap((member) => {
      const [owner = "", handle = ""] = member.split(".");
      return HANDLE.test(handle) ? [{ owner, handle }] : [];
    });
  }

  /** The task has ended: it no longer counts among those that are open. */
  async close({ handle, record }: KeptTask): Promise<void> {
    await this.#store.delist(this.#listOf("open", record.caller.principal), handle);
  }

  /** Tells every replica that a task has changed, or without one, that something is to be run. */
  async tell(handle = ""): Promise<void> {
    await this.#store.publish(this.#changes, handle);
  }

  listen(onChange: (handle: string) => void): Promise<() => Promise<void>> {
    return this.#store.subscribe(this.#changes, (message) => {
      if (message === "" || HANDLE.test(message)) onChange(message);
    });
  }

  /** Says that a replica is alive, for so long. */
  async beat(owner: string, ttlMs: number): Promise<void> {
    await this.#store.put(beatOf(owner), "alive", { ttlMs });
  }

  async isAlive(owner: string): Promise<boolean> {
    return (await this.#store.get(beatOf(owner))) !== undefined;
  }

  #listOf(name: "open" | "kept", { tenant, id }: Principal): string {
    return storeKey("tasks", this.#place, name, tenant, id);
  }

  /** Who came first is run first, also after a pause. */
  async #enqueue({ handle, record }: KeptTask, countMax: number): Promise<boolean> {
    return this.#store.enlist(this.#waiting, handle, {
      score: record.createdMs,
      ttlMs: LIST_MS,
      countMax,
    });
  }
}

function keyOf(handle: string): string {
  return `${KIND}:${handle}`;
}

function beatOf(owner: string): string {
  return storeKey("replica", owner);
}
