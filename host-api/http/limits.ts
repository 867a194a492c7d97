/** The most that one request's body may hold. The broker enforces it; the guest side says so early. */
export const REQUEST_BYTES_MAX = 1024 * 1024;
