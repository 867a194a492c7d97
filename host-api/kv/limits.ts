/** A key: enough for a path or a digest with a prefix. */
export const KEY_BYTES_MAX = 512;
export const VALUE_BYTES_MAX = 1024 * 1024;
/** Keys that one listing answers; the next listing goes on after the last of them. */
export const KEYS_PER_LISTING_MAX = 1000;
