export const VALUES_MAX = 64;
export const NAME_BYTES_MAX = 128;
export const VALUE_BYTES_MAX = 4096;
