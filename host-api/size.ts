import { GrantError } from "./errors.ts";

const UNITS = [
  ["GiB", 1024 ** 3],
  ["MiB", 1024 ** 2],
  ["KiB", 1024],
  ["B", 1],
] as const;

/** The largest size anyone may configure: one tebibyte. It keeps every sum of sizes an exact integer. */
export const SIZE_BYTES_MAX = 1024 ** 4;

const SIZE = /^([0-9]{1,13}) ?(B|KiB|MiB|GiB)$/;

/**
 * Reads an operator's size, `64MiB` or `10 KiB`, into bytes: at least 1, at most `SIZE_BYTES_MAX`.
 * Units are powers of 1024 and always written: a bare number or `MB` is refused, because readers disagree on both.
 * `path` says where the size stands. Throws `GrantError`.
 */
export function parseSize(value: unknown, path: readonly (string | number)[] = []): number {
  const match = typeof value === "string" ? SIZE.exec(value) : null;
  const unit = UNITS.find(([name]) => name === match?.[2]);
  const bytes = Number(match?.[1]) * (unit?.[1] ?? Number.NaN);
  if (bytes >= 1 && bytes <= SIZE_BYTES_MAX) return bytes;
  throw new GrantError(
    "not a size",
    "Write a whole number and its unit (B, KiB, MiB or GiB), from 1B to 1024GiB: 64MiB.",
    path,
  );
}

/** Writes bytes as the largest unit that says them exactly: `64 MiB`, `1500 B`. `parseSize` reads it back. */
export function formatSize(bytes: number): string {
  const [name, factor] = UNITS.find(([, unitBytes]) => bytes > 0 && bytes % unitBytes === 0) ?? [
    "B",
    1,
  ];
  return `${bytes / factor} ${name}`;
}
