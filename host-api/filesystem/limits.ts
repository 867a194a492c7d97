/** One read or write through a handle. */
export const CHUNK_BYTES_MAX = 1024 * 1024;
/** A whole file in one answer: what one frame of the channel carries. */
export const WHOLE_FILE_BYTES_MAX = 16 * 1024 * 1024;
export const LIST_ENTRIES_MAX = 10_000;
