export interface HttpPlan {
  readonly warmupCalls: number;
  readonly callsPerTurn: number;
  readonly turns: number;
  readonly inFlight: number;
}

/** Clients that differ in every call after each other. */
export const PRINCIPALS = 500;

export const WHOLE_PLAN: HttpPlan = {
  warmupCalls: 10_000,
  callsPerTurn: 10_000,
  turns: 5,
  inFlight: 32,
};

/** That it runs, and no figures. */
export const SMALL_PLAN: HttpPlan = {
  warmupCalls: 500,
  callsPerTurn: 500,
  turns: 1,
  inFlight: 8,
};
