/** Requests of one call, over all its rounds. */
export const REQUESTS_MAX = 16;
export const REQUESTS_BYTES_MAX = 64 * 1024;
export const MESSAGE_CHARS_MAX = 2000;
export const FIELDS_MAX = 32;
export const CHOICES_MAX = 100;
export const LABEL_CHARS_MAX = 500;
export const URL_CHARS_MAX = 2048;
/** Of the text that a client answers one field with. */
export const VALUE_CHARS_MAX = 16 * 1024;
/** Of one answer as JSON. */
export const ANSWER_BYTES_MAX = 512 * 1024;
export const ROOTS_MAX = 100;
export const SAMPLING_MESSAGES_MAX = 64;
export const SAMPLING_TOKENS_MAX = 100_000;
