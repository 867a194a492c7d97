/**
 * How it is known which parts of a memory a call wrote to. Every core module that writes to a memory also has a second one,
 * a byte for each page of the first, and sets it before it writes (`trackWrites`). The binding code, which writes through
 * views, gets views that do the same.
 */
export const TOUCHED = {
  /** Under this name the second memory is exported and imported. No component can hold it: core names are printable ASCII. */
  name: "\u0001touched",
  pageBytes: 4096,
  /** A store is told by its address, and may write to what is this far behind its page: its offset, and its own size. */
  reachBytes: 1024,
} as const;

/** What code can write to a memory through. The binding code takes them as parameters, in this order. */
export const VIEWS = [
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;
