/** The most that one request's body may hold. The broker enforces it; the guest side says so early. */
export const REQUEST_BYTES_MAX = 1024 * 1024;
/** One read of an answer's body. */
export const READ_BYTES_MAX = 256 * 1024;
/** Requests that one wait looks at: as many as a call may hold, by each of what they can become. */
export const WAIT_ITEMS_MAX = 256;
/** One wait; the guest side waits on. */
export const WAIT_MS_MAX = 60_000;
