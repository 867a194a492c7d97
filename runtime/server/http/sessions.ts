import type { HttpLimits } from "../../policy/server/http-configuration.ts";
import { EventBudget } from "./event-log.ts";
import type { HttpSession } from "./session.ts";

const SWEEPS_PER_LIFETIME = 4;
const SWEEP_MS_MIN = 250;

/** The sessions there are, and the bounds on them. Clients seldom end one: the longest unused make room. */
// debt("GB-046"): in the memory of one process.
// debt("GB-070"): another replica does not know them.
export class Sessions {
  readonly budget = new EventBudget();
  readonly #limits: Pick<HttpLimits, "sessions" | "sessionsPerPrincipal" | "sessionIdleMs">;
  /** The longest unused first. */
  readonly #byId = new Map<string, HttpSession>();
  readonly #countByPrincipal = new Map<string, number>();
  readonly #sweep: NodeJS.Timeout;

  constructor(limits: Pick<HttpLimits, "sessions" | "sessionsPerPrincipal" | "sessionIdleMs">) {
    this.#limits = limits;
    const everyMs = Math.max(limits.sessionIdleMs / SWEEPS_PER_LIFETIME, SWEEP_MS_MIN);
    this.#sweep = setInterval(() => this.#endIdle(), everyMs).unref();
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The session, if it is this principal's and was begun at this endpoint: another's is not there. */
  find(id: string, principalId: string, path: string): HttpSession | undefined {
    const session = this.#byId.get(id);
    if (session?.principalId !== principalId || session.path !== path) return undefined;
    this.#byId.delete(id);
    this.#byId.set(id, session);
    return session;
  }

  /**
   * Makes room for one more session of a principal, by ending the longest unused one that nobody waits at: its own where
   * it has too many, so that nobody pushes out the sessions of others. False when there is no room to be made.
   */
  makeRoom(principalId: string): boolean {
    const own = this.#countByPrincipal.get(principalId) ?? 0;
    if (own >= this.#limits.sessionsPerPrincipal)
      return this.#endOldest((session) => session.principalId === principalId);
    return this.#byId.size < this.#limits.sessions || this.#endOldest(() => true);
  }

  add(session: HttpSession): void {
    this.#byId.set(session.sessionId, session);
    this.#count(session.principalId, 1);
  }

  remove(session: HttpSession): void {
    if (this.#byId.delete(session.sessionId)) this.#count(session.principalId, -1);
  }

  /** Those that are open now. */
  all(): readonly HttpSession[] {
    return [...this.#byId.values()];
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.allSettled(this.all().map((session) => session.server.close()));
  }

  #endOldest(matches: (session: HttpSession) => boolean): boolean {
    for (const session of this.#byId.values()) {
      if (session.isBusy || !matches(session)) continue;
      this.#end(session);
      return true;
    }
    return false;
  }

  #endIdle(): void {
    const since = performance.now() - this.#limits.sessionIdleMs;
    for (const session of this.all())
      if (!session.isBusy && session.lastUsedMs < since) this.#end(session);
  }

  #end(session: HttpSession): void {
    this.remove(session);
    session.server.close().catch(() => undefined);
  }

  #count(principalId: string, by: 1 | -1): void {
    const count = (this.#countByPrincipal.get(principalId) ?? 0) + by;
    if (count > 0) this.#countByPrincipal.set(principalId, count);
    else this.#countByPrincipal.delete(principalId);
  }
}
