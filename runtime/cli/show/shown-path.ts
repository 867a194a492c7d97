import path from "node:path";

/** A path as the person at the keyboard would type it: relative to the current folder. */
export function shownPath(file: string): string {
  return path.relative(process.cwd(), file) || ".";
}
