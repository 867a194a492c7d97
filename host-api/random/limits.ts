/** Bytes that one host call answers. */
export const BYTES_MAX = 64 * 1024;
/** Bytes that one WASI function answers, by several host calls. WASI has no refusal: more than this traps. */
export const WASI_BYTES_MAX = 1024 * 1024;
