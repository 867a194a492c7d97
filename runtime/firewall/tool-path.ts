import { makeReadable } from "./visible.ts";

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;
const KEY_CHARS_MAX = 100;

/** A path as people write it. Keys are strangers' words: what is no plain name stands in quotes, visible and not at any length. */
export function joinPath(path: string, key: string): string {
  if (PLAIN_KEY.test(key) && key.length <= KEY_CHARS_MAX)
    return path === "" ? key : `${path}.${key}`;
  const shown = key.length <= KEY_CHARS_MAX ? key : `${key.slice(0, KEY_CHARS_MAX)}…`;
  return `${path}[${makeReadable(JSON.stringify(shown))}]`;
}
