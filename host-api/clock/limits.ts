/** One host call sleeps no longer; the guest side asks again for what is left. */
export const SLEEP_MS_MAX = 60_000;
